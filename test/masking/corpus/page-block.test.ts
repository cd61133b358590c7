import { describe, expect, it } from 'vitest';
import { catalogueTable } from '../../../scripts/masking/page/catalogue-table.ts';
import { readBlock, readPage, withBlock } from '../../../scripts/masking/page/page-block.ts';

const PAGE = 'before\n<!-- begin speed: by hand -->\n\nold\n\n<!-- end speed -->\nafter\n';

describe('withBlock()', () => {
  it('replaces what stands between the marks', () => {
    const page = withBlock(PAGE, 'speed', 'new');
    expect(page).toBe(PAGE.replace('old', 'new'));
    expect(readBlock(page, 'speed')).toBe('new');
  });

  it('refuses a page without the block', () => {
    expect(() => withBlock(PAGE, 'recall', 'new')).toThrow('no block recall');
  });
});

describe('docs/masking.md', () => {
  it('lists the entities of the catalogue: else run npm run corpus -- --write', async () => {
    expect(readBlock(await readPage(), 'catalogue')).toBe(catalogueTable());
  });
});
