import { describe, expect, it } from 'vitest';
import { filterWhole } from '../../../src/masking/media/filter-whole.ts';
import { UnreadableContent } from '../../../src/masking/unreadable.ts';
import { contentFilter } from '../../../src/transform/masking/content-filter.ts';
import { mediaKindOf } from '../../../src/transform/masking/media-kind.ts';
import type { TextFilters } from '../../../src/transform/masking/text-filters.ts';

/** Writes down what each text is: a value by the name of its field, or JSON as it is written. */
const MARKING: TextFilters = { value: (name) => marked(name === '' ? 'value' : name), json: () => marked('json') };

function marked(label: string): ReturnType<TextFilters['json']> {
  let text = '';
  return {
    push(bytes) {
      text += Buffer.from(bytes).toString();
      return new Uint8Array();
    },
    finish: () => Buffer.from(text === '' ? '' : `[${label}:${text}]`),
  };
}

function filtered(contentType: string | undefined, text: string, isArrayStream = false): string {
  const filter = contentFilter({ contentType, texts: MARKING, isArrayStream, opaquePart: () => 'pass' });
  if (filter === 'opaque') return filter;
  if (filter instanceof UnreadableContent) return `unreadable: ${filter.detail}`;
  return Buffer.from(filterWhole(filter, Buffer.from(text))).toString();
}

describe('contentFilter()', () => {
  it.each([
    ['application/json', '{"a":1}', '[json:{"a":1}]'],
    ['application/problem+json; charset=utf-8', '{"a":1}', '[json:{"a":1}]'],
    ['text/plain', 'words', '[value:words]'],
    ['application/x-www-form-urlencoded', 'to=x', '%5Bvalue%3Ato%5D=%5Bto%3Ax%5D'],
    ['text/csv', 'name,tel\r\nx,y', '[value:name],[value:tel]\r\n[name:x],[tel:y]'],
    ['application/atom+xml', '<to>x</to>', expect.stringContaining('[to:x]') as string],
  ])('reads %s', (type, text, expected) => {
    expect(filtered(type, text)).toEqual(expected);
  });

  it('reads the parts of multipart content each by its own type', () => {
    const parts =
      '--b\r\nContent-Disposition: form-data; name="to"\r\n\r\nx\r\n--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\nContent-Type: image/png\r\n\r\nPNG\r\n--b--\r\n';
    const text = filtered('multipart/mixed; boundary=b', parts);
    expect(text).toMatch(/\[to:x\][^]*\[json:\{\}\][^]*\r\nPNG\r\n--b--/);
  });

  it.each([
    undefined,
    'image/png',
    'application/zip',
    'application/octet-stream',
    'application/vnd.amazon.eventstream',
    'model/x',
  ])('%s is opaque', (type) => {
    expect(filtered(type, 'x')).toBe('opaque');
  });

  it.each([
    ['text/plain; charset=shift_jis', 'charset'],
    ['text/plain; charset=utf-8; charset=utf-16', 'two readings'],
    ['json', 'no media type'],
    ['multipart/form-data', 'boundary'],
  ])('%s cannot be read for certain', (type, detail) => {
    expect(filtered(type, 'x')).toContain(detail);
  });
});

describe('mediaKindOf()', () => {
  it('knows SVG for markup and other images for opaque', () => {
    expect([mediaKindOf('image/svg+xml'), mediaKindOf('image/avif')]).toEqual(['markup', 'opaque']);
  });

  it('knows the streams of models', () => {
    expect([mediaKindOf('text/event-stream'), mediaKindOf('application/x-ndjson')]).toEqual(['events', 'json-lines']);
  });
});
