#!/usr/bin/env node
// Entry of the CLI. Plain JavaScript that any Node can parse, so that a wrong runtime gets the sentence that mends it
// instead of a syntax error. On the right one the program runs in this same process and takes the signals.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 24 || (major === 24 && minor < 16)) {
  process.stderr.write(
    `cordon needs Node 24.16 or newer and was started with ${process.versions.node}. ` +
      'Run it through npm (`npm start`, `npm run -s cordon -- …`): the right runtime is installed by `npm ci`.\n',
  );
  process.exit(2);
}

// Buffers that were read into count as external memory, and V8 collects the whole heap for every 64 MB of them unless they
// count toward its ordinary limit: half of all CPU time of a gateway that carries bulk (docs/performance.md).
const { setFlagsFromString } = process.getBuiltinModule('node:v8');
setFlagsFromString('--external-memory-accounted-in-global-limit');

// Keeps what is compiled, and the sources stripped of their types, from one start to the next.
const { enableCompileCache } = process.getBuiltinModule('node:module');
const { compileCacheDirectory } = await import(new URL('compile-cache-directory.mjs', import.meta.url).href);
const cache = compileCacheDirectory(new URL('../node_modules/.cache/cordon/', import.meta.url));
if (cache !== undefined) enableCompileCache(cache);

// The bundle is read in less time (docs/adr/0026-bundle.md), and is run only while it is what the sources are.
const { isProgramFresh, PROGRAM } = await import(new URL('fresh-program.mjs', import.meta.url).href);
const isBundled = isProgramFresh();
if (isBundled) {
  const { nameSourcesInStacks } = await import(new URL('source-stacks.mjs', import.meta.url).href);
  nameSourcesInStacks(PROGRAM);
}
const { main } = await import(
  isBundled ? new URL('cli/main.js', PROGRAM).href : new URL('../src/cli/main.ts', import.meta.url).href
);
process.exitCode = await main(process.argv.slice(2));
