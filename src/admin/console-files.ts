import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** One file of the console, as it is answered. */
export interface ConsoleFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
}

/** What a browser loads: the page, and its assets by the name of the file. */
export interface ConsoleFiles {
  readonly page: ConsoleFile;
  readonly assets: ReadonlyMap<string, ConsoleFile>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const compress = promisify(gzip);

/** Reads the console as it was built, all of it into memory; undefined where it was not built. */
export async function readConsole(directory: string): Promise<ConsoleFiles | undefined> {
  try {
    const assets = join(directory, 'assets');
    const names = await readdir(assets);
    const read = names.map(async (name) => [name, await readConsoleFile(join(assets, name))] as const);
    return { page: await readConsoleFile(join(directory, 'index.html')), assets: new Map(await Promise.all(read)) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readConsoleFile(path: string): Promise<ConsoleFile> {
  const bytes = await readFile(path);
  return { type: TYPES[extname(path)] ?? 'application/octet-stream', bytes, gzipped: await compress(bytes, { level: 9 }) };
}
