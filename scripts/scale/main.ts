/**
 * Works out what cells for 100, 10,000 and 1,000,000 agents need: `npm run scale`. With `--write` the tables go into
 * `docs/scale.md`, where a test compares them.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { scalePage, scaleTables } from './page.ts';

const PAGE = fileURLToPath(new URL('../../docs/scale.md', import.meta.url));

const tables = scaleTables();
if (process.argv.includes('--write')) await writeFile(PAGE, scalePage(await readFile(PAGE, 'utf8'), tables));
else process.stdout.write(`${Object.values(tables).join('\n\n')}\n`);
