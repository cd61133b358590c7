import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { driftedPages, GENERATED } from '../../scripts/generate-docs.ts';
import { CODES } from '../../src/core/codes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of the generated pages that a test may spoil. */
function copyOfPages(): string {
  const root = mkdtempSync(join(tmpdir(), 'cordon-docs-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const path of GENERATED.keys()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    cpSync(join(ROOT, path), join(root, path));
  }
  return root;
}

describe('generated pages', () => {
  it('driftedPages() finds every committed page as its table says', async () => {
    expect(await driftedPages(ROOT)).toEqual([]);
  });

  it.each([...GENERATED.keys()])('driftedPages() notices a change of %s', async (path) => {
    const root = copyOfPages();
    writeFileSync(join(root, path), `${readFileSync(join(root, path), 'utf8')}\n`);
    expect(await driftedPages(root)).toEqual([path]);
  });

  it('driftedPages() notices a page that is missing', async () => {
    const root = copyOfPages();
    rmSync(join(root, 'docs/cli.md'));
    expect(await driftedPages(root)).toEqual(['docs/cli.md']);
  });

  it('docs/errors.md has a row for every code, and no other', () => {
    const text = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
    const rows = [...text.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code);
    expect(rows).toEqual(Object.keys(CODES));
  });
});
