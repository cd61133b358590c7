import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { STAGES } from '../../src/pipeline/stages.ts';
import { LAYERS, type Layer } from '../layers.ts';

const PAGE = fileURLToPath(new URL('../../docs/architecture.md', import.meta.url));

/** What is made from tables in `docs/architecture.md`, by the name between its two marks; the prose round it is written by hand. */
const BLOCKS: Readonly<Record<string, () => string>> = { drawing, layers: layerTable, stages: stageTable };

/** `docs/architecture.md` with its drawing and tables as `scripts/layers.ts` and `src/pipeline/stages.ts` say. */
export function architecturePage(): string {
  return Object.entries(BLOCKS).reduce((page, [name, render]) => withBlock(page, name, render()), readFileSync(PAGE, 'utf8'));
}

function withBlock(page: string, name: string, block: string): string {
  const begin = `<!-- generated: ${name} -->\n`;
  const end = '<!-- end -->';
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`Found no block "${name}" in docs/architecture.md`);
  return `${page.slice(0, from)}${begin}\n${block}\n\n${page.slice(to)}`;
}

/** Folders by height: each imports from lower rows only. */
function drawing(): string {
  const rows = new Map<number, string[]>();
  for (const { folder, pure } of LAYERS) {
    const height = heightOf(folder);
    rows.set(height, [...(rows.get(height) ?? []), pure ? `(${folder})` : folder]);
  }
  const top = Math.max(...rows.keys());
  const lines = Array.from({ length: top + 1 }, (_, i) => (rows.get(top - i) ?? []).join('   '));
  const width = Math.max(...lines.map((line) => line.length));
  const rule = `+${'-'.repeat(width + 4)}+`;
  const boxes = lines.flatMap((line) => [`|${centred(line, width + 4)}|`, rule]);
  return ['```text', rule, ...boxes, '```'].join('\n');
}

function heightOf(folder: string): number {
  const { mayImport } = rowOf(folder);
  const below = mayImport.includes('*')
    ? LAYERS.filter((layer) => !layer.mayImport.includes('*')).map((layer) => layer.folder)
    : mayImport;
  return below.length === 0 ? 0 : 1 + Math.max(...below.map(heightOf));
}

function rowOf(folder: string): Layer {
  const found = LAYERS.find((layer) => layer.folder === folder);
  if (found === undefined) throw new Error(`scripts/layers.ts has no row "${folder}"`);
  return found;
}

function centred(text: string, width: number): string {
  const left = Math.floor((width - text.length) / 2);
  return `${' '.repeat(left)}${text}${' '.repeat(width - text.length - left)}`;
}

function layerTable(): string {
  const rows = LAYERS.map(({ folder, role, mayImport, pure }) => {
    const imports = mayImport.includes('*') ? 'anything' : mayImport.map((other) => `\`${other}\``).join(' ') || '–';
    return `| \`${folder}\`${pure ? ' (pure)' : ''} | ${role} | ${imports} |`;
  });
  return ['| folder | role | may import |', '|---|---|---|', ...rows].join('\n');
}

function stageTable(): string {
  const kinds = ['forward', 'connect', 'intercepted', 'upgrade'] as const;
  const rows = Object.entries(STAGES).map(
    ([stage, row]) => `| ${stage} | ${kinds.map((kind) => `\`${row[kind].name}\``).join(' | ')} |`,
  );
  return [`| stage | ${kinds.join(' | ')} |`, '|---|---|---|---|---|', ...rows].join('\n');
}
