/**
 * Writes the pages that are made from tables of the program: `node scripts/generate-docs.ts`. With `--check` it writes
 * nothing and exits 1 when a committed page is not what its table says.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectationsJsonSchema, policyJsonSchema } from '../src/policy/schema/json-schema.ts';
import { Report } from '../src/reporting/report.ts';
import { adminApiPage } from './docs/admin-api-page.ts';
import { architecturePage } from './docs/architecture.ts';
import { commandsPage } from './docs/commands-page.ts';
import { errorsPage } from './docs/errors-page.ts';
import { openApiDocument } from './docs/openapi-document.ts';
import { settingsPage } from './docs/settings-page.ts';

/** Every generated page: path in the project, and what it must hold. */
export const GENERATED: ReadonlyMap<string, () => string | Promise<string>> = new Map<string, () => string | Promise<string>>([
  ['docs/architecture.md', architecturePage],
  ['docs/errors.md', errorsPage],
  ['docs/admin-api.md', adminApiPage],
  ['docs/openapi.json', async () => json(await openApiDocument())],
  ['docs/settings.md', settingsPage],
  ['docs/cli.md', commandsPage],
  ['docs/report.schema.json', () => json(Report)],
  ['docs/policy.schema.json', () => json(policyJsonSchema())],
  // Beside the policies, so that editors find them from the sample files wherever the directory is copied to.
  ['rules/policy.schema.json', () => json(policyJsonSchema())],
  ['rules/tests/tests.schema.json', () => json(expectationsJsonSchema())],
]);

/** The generated pages below `root` that differ from what their tables say. */
export async function driftedPages(root: string): Promise<string[]> {
  const drifted: string[] = [];
  for (const [path, render] of GENERATED) {
    const found = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (found !== (await render())) drifted.push(path);
  }
  return drifted;
}

async function writePages(root: string): Promise<void> {
  for (const [path, render] of GENERATED) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), await render());
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  if (process.argv.includes('--check')) {
    const drifted = await driftedPages(root);
    for (const path of drifted) process.stderr.write(`${path} is not what its table says: run node scripts/generate-docs.ts\n`);
    process.exitCode = drifted.length === 0 ? 0 : 1;
  } else {
    await writePages(root);
  }
}
