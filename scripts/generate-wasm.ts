/**
 * Compiles the part of the scanner that is WebAssembly: `node scripts/generate-wasm.ts`. With `--check` it writes nothing and
 * exits 1 when the committed module is not what its source says.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMPILER = join(ROOT, 'node_modules/assemblyscript/bin/asc.js');
const SOURCE = 'src/masking/scanning/places/assembly/mark-places.ts';
const TARGET = 'src/masking/scanning/places/places-wasm.ts';
/** Pages of 64 KiB: what `assembly/memory.ts` lays out, and the text. */
const PAGES = 59;
/** Where the module keeps its constants, behind everything else. */
const CONSTANTS = 0x8_f000;
const WIDTH = 116;

/** Runs the compiler as a command: its types would add their own to those of every file here. */
async function compileModule(): Promise<Uint8Array> {
  const directory = await mkdtemp(join(tmpdir(), 'cordon-wasm-'));
  try {
    const target = join(directory, 'places.wasm');
    const flags = ['--optimizeLevel', '3', '--shrinkLevel', '0', '--converge', '--noAssert', '--runtime', 'stub'];
    const features = ['--enable', 'simd', '--enable', 'relaxed-simd', '--enable', 'bulk-memory'];
    const layout = ['--initialMemory', String(PAGES), '--memoryBase', String(CONSTANTS)];
    await run(process.execPath, [COMPILER, SOURCE, '-o', target, ...flags, ...features, ...layout], { cwd: ROOT });
    return await readFile(target);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function render(module: Uint8Array): string {
  const text = Buffer.from(module).toString('base64');
  const lines = text.match(new RegExp(`.{1,${WIDTH}}`, 'g')) ?? [];
  return [
    '// Made by scripts/generate-wasm.ts from assembly/; npm run wasm writes it anew.',
    '',
    '/** The module that marks places, in base64. */',
    'const CODE = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
    'export const MODULE: WebAssembly.Module = new WebAssembly.Module(',
    '  Uint8Array.from(atob(CODE), (character) => character.charCodeAt(0)),',
    ');',
    '',
  ].join('\n');
}

const wanted = render(await compileModule());
const path = join(ROOT, TARGET);
if (process.argv.includes('--check')) {
  if ((await readFile(path, 'utf8').catch(() => '')) !== wanted) {
    process.stderr.write(`${TARGET} is not what assembly/ says; run npm run wasm\n`);
    process.exitCode = 1;
  }
} else await writeFile(path, wanted);
