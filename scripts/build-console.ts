/**
 * Builds the console into `dist/console`: `npm run build:console`, which `prepare` runs. Where there is nothing to build it, as
 * in an installation without development packages, it says so and fails nothing.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = join(ROOT, 'src/console');
const BUILT = join(ROOT, 'dist/console');
/** What the style sheet needs of a browser: `light-dark()`, nesting, `:has()`. */
const BROWSERS = ['chrome123', 'firefox128', 'safari17.5'];

/** Bundles the console; every asset gets a name that its content decides. */
export async function buildConsole(): Promise<void> {
  const before = process.env['NODE_ENV'];
  // A test runner has set it, and Vite would bundle for development then: larger, and with paths of this machine in it.
  process.env['NODE_ENV'] = 'production';
  try {
    await bundle();
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
}

async function bundle(): Promise<void> {
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: SOURCE,
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: BUILT,
      emptyOutDir: true,
      target: BROWSERS,
      cssTarget: BROWSERS,
      // A `data:` address is a source that the content security policy does not name.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  });
}

/** Whether what is built is older than what it is built from. */
export function isConsoleStale(): boolean {
  const built = join(BUILT, 'index.html');
  if (!existsSync(built)) return true;
  const { mtimeMs } = statSync(built);
  return [...filesBelow(SOURCE), import.meta.filename].some((file) => statSync(file).mtimeMs > mtimeMs);
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

if (import.meta.main) {
  if (!existsSync(SOURCE)) process.stdout.write('The console is not built: its source is not here\n');
  else if (!existsSync(join(ROOT, 'node_modules/vite')))
    process.stdout.write('The console is not built: vite is not installed\n');
  else {
    await buildConsole();
    process.stdout.write(`The console is built: ${dirname(BUILT).slice(ROOT.length)}/console\n`);
  }
}
