import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../../../docs/masking.md', import.meta.url));

/** Parts of `docs/masking.md` that programs write. */
export type BlockName = 'catalogue' | 'recall' | 'precision' | 'speed';

/** The page with another text in a block. */
export function withBlock(page: string, name: BlockName, text: string): string {
  const begin = `<!-- begin ${name}:`;
  const end = `<!-- end ${name} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/masking.md has no block ${name}`);
  const head = page.indexOf('\n', from);
  return `${page.slice(0, head)}\n\n${text}\n\n${page.slice(to)}`;
}

/** What stands in a block of the page. */
export function readBlock(page: string, name: BlockName): string {
  const from = page.indexOf('\n', page.indexOf(`<!-- begin ${name}:`));
  return page.slice(from, page.indexOf(`<!-- end ${name} -->`)).trim();
}

export async function readPage(): Promise<string> {
  return readFile(PAGE, 'utf8');
}

export async function writeBlocks(blocks: Readonly<Partial<Record<BlockName, string>>>): Promise<void> {
  let page = await readPage();
  for (const [name, text] of Object.entries(blocks)) page = withBlock(page, name as BlockName, text);
  await writeFile(PAGE, page);
}

/** A table of Markdown; `align` is its second line. */
export function markdownTable(head: readonly string[], align: string, rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), align, ...rows.map(line)].join('\n');
}
