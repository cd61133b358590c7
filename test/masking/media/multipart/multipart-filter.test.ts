import { Busboy, type BusboyInstance } from '@fastify/busboy';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MultipartFilter, type MultipartOptions } from '../../../../src/masking/media/multipart/multipart-filter.ts';
import { UnreadableContent } from '../../../../src/masking/unreadable.ts';
import {
  DigitRuns,
  Untouched,
  WordSwap,
  bytesOf,
  cuts,
  everyByte,
  filtered,
  latin1Of,
  sameForEveryCut,
  textOf,
} from '../trivial-filters.ts';

const BOUNDARY = 'xyz-1';

/** Text is filtered, images are copied, PDF is refused. */
const digits: MultipartOptions = {
  text: () => new DigitRuns(),
  part: ({ mediaType }) => {
    if (mediaType.essence === 'application/pdf') return new UnreadableContent('Found a PDF');
    return mediaType.essence.startsWith('image/') ? 'pass' : new DigitRuns();
  },
};
const nothing: MultipartOptions = { text: () => new Untouched(), part: () => new Untouched() };

const run = (text: string, options = digits): string => textOf(filtered(new MultipartFilter(BOUNDARY, options), bytesOf(text)));
const refusal = (text: string): string => {
  try {
    run(text);
  } catch (error) {
    if (error instanceof UnreadableContent) return error.detail;
    throw error;
  }
  return expect.fail('was not refused');
};

interface Part {
  readonly headers: readonly string[];
  readonly content: string;
}

function entity(parts: readonly Part[], boundary = BOUNDARY, around: readonly [string, string] = ['', '\r\n']): string {
  const written = parts.map(
    ({ headers, content }) => `--${boundary}\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n${content}\r\n`,
  );
  return `${around[0]}${written.join('')}--${boundary}--${around[1]}`;
}

const field = (name: string, content: string): Part => ({
  headers: [`Content-Disposition: form-data; name="${name}"`],
  content,
});
const typed = (type: string, content: string, ...more: string[]): Part => ({
  headers: [`Content-Type: ${type}`, ...more],
  content,
});

/** Fields and files as another reader of multipart finds them. */
function readByBusboy(text: string): Promise<[string, string][]> {
  return new Promise((resolve, reject) => {
    const found: [string, string][] = [];
    const reader: BusboyInstance = new Busboy({ headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` } });
    reader.on('field', (name, value) => found.push([name, value]));
    reader.on('file', (name, stream, filename) => {
      const chunks: Uint8Array[] = [];
      stream.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      stream.on('end', () => found.push([`${name} ${filename}`, Buffer.concat(chunks).toString()]));
    });
    reader.on('finish', () => resolve(found));
    reader.on('error', reject);
    reader.end(Buffer.from(text));
  });
}

const content = fc.string({
  unit: fc.constantFrom('a', '1', '12345', '\r\n', '\r', '\n', '-', '--', '--xy', 'é', ' '),
  maxLength: 12,
});
const fields = fc.array(fc.tuple(fc.constantFrom('a', 'b1', 'ü'), content), { minLength: 1, maxLength: 4 });

describe('MultipartFilter', () => {
  it('copies every byte where nothing changes, however it is cut', () => {
    fc.assert(
      fc.property(
        fields,
        cuts(),
        fc.constantFrom('', 'preamble 1\r\n'),
        fc.constantFrom('', '\r\n', ' \r\nepilogue'),
        (parts, at, before, after) => {
          const text = entity(
            parts.map(([name, value]) => field(name, value)),
            BOUNDARY,
            [before, after],
          );
          const input = bytesOf(text);
          expect(textOf(filtered(new MultipartFilter(BOUNDARY, nothing), input, at))).toBe(text);
          expect(textOf(filtered(new MultipartFilter(BOUNDARY, nothing), input, everyByte(input)))).toBe(text);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives the same output for every way of cutting, and each part filtered to another reader', async () => {
    const replaced = (text: string): string => text.replace(/\d{4,}/g, '#');
    await fc.assert(
      fc.asyncProperty(fields, cuts(), async (parts, at) => {
        const text = entity(parts.map(([name, value]) => field(name, value)));
        expect(sameForEveryCut(() => new MultipartFilter(BOUNDARY, digits), bytesOf(text), at)).toBe(true);
        expect(await readByBusboy(run(text))).toEqual(parts.map(([name, value]) => [name, replaced(value)]));
      }),
      { numRuns: 150 },
    );
  });

  it('filters preamble, epilogue, file names and header fields of its own (BODY-09)', async () => {
    const headers = [
      'Content-Disposition: form-data; name="f"; filename="44444.txt"',
      'Content-Type: text/plain',
      'X-Own: 44444',
    ];
    const text = entity([{ headers, content: 'n 44444' }], BOUNDARY, ['44444\r\n', '\r\n44444']);
    expect(run(text)).toBe(text.replaceAll('44444', '#'));
    expect(await readByBusboy(run(entity([{ headers, content: 'n 44444' }])))).toEqual([['f #.txt', 'n #']]);
  });

  it('asks what becomes of a part by its media type', () => {
    const asked: unknown[] = [];
    const options: MultipartOptions = {
      ...nothing,
      part: (part) => {
        asked.push([part.mediaType.essence, part.mediaType.parameters.get('charset'), part.isFile, part.fieldName]);
        return 'pass';
      },
    };
    const file = 'content-disposition: form-data;name="f"; filename*=utf-8\'\'a';
    run(entity([field('n', ''), { headers: [], content: '' }, typed('Text/HTML; Charset="utf-8"', '', file)]), options);
    expect(asked).toEqual([
      ['text/plain', undefined, false, 'n'],
      ['text/plain', undefined, false, undefined],
      ['text/html', 'utf-8', true, 'f'],
    ]);
  });

  it('copies what passes and refuses what is refused', () => {
    const text = entity([typed('image/png', '44444')]);
    expect(run(text)).toBe(text);
    expect(refusal(entity([typed('application/pdf', '')]))).toBe('Found a PDF');
  });

  it('filters what base64 and quoted-printable stand for', () => {
    const base64 = (text: string): Part =>
      typed('text/plain', Buffer.from(text).toString('base64'), 'Content-Transfer-Encoding: BASE64');
    expect(run(entity([base64('card 44444 é')]))).toBe(entity([base64('card # é')]));
    const lines = typed('text/plain', 'Y2Fy\r\nZA==\r\n', 'Content-Transfer-Encoding: base64');
    expect(run(entity([lines]))).toBe(entity([lines]));
    const printable = (text: string): Part => typed('text/plain', text, 'Content-Transfer-Encoding: quoted-printable');
    expect(run(entity([printable('a=3D4=\r\n=34444 =C3=a9 \r\nb=20')]))).toBe(entity([printable('a=3D# =C3=A9=20\r\nb=20')]));
    expect(run(entity([printable('a=3d =C3=a9 \r\nb')]))).toBe(entity([printable('a=3d =C3=a9 \r\nb')]));
    const long = printable(`44444${'x'.repeat(200)}`);
    expect(run(entity([long]))).toContain(`#${'x'.repeat(74)}=\r\n`);
  });

  it('filters entities within entities, three deep', () => {
    const inner = (boundary: string, parts: Part[]): Part =>
      typed(`multipart/mixed; boundary=${boundary}`, entity(parts, boundary, ['', '']));
    const text = entity([inner('b2', [inner('b3', [field('a', '44444')]), typed('image/png', '44444')]), field('b', '55555')]);
    expect(run(text)).toBe(text.replace('44444', '#').replace('55555', '#'));
    expect(sameForEveryCut(() => new MultipartFilter(BOUNDARY, digits), bytesOf(text))).toBe(true);
    expect(refusal(entity([inner('b2', [inner('b3', [inner('b4', [field('a', '')])])])]))).toMatch(/deeper than 3/);
  });

  it.each([undefined, '', 'a'.repeat(71), 'a ', 'a\r\nb', 'a;b', 'ü'])('refuses the boundary %j', (boundary) => {
    expect(() => new MultipartFilter(boundary, digits)).toThrow(UnreadableContent);
  });

  it.each([
    ['nothing', ''],
    ['no closing delimiter', `--${BOUNDARY}\r\n\r\nx\r\n`],
    ['a cut closing delimiter', `--${BOUNDARY}\r\n\r\nx\r\n--${BOUNDARY}-`],
    ['no part', `--${BOUNDARY}--\r\n`],
    ['no end of the header fields', `--${BOUNDARY}\r\nA: b\r\n--${BOUNDARY}--\r\n`],
    ['a bare LF before a boundary', `--${BOUNDARY}\r\n\r\nx\n--${BOUNDARY}\r\n\r\nx\r\n--${BOUNDARY}--`],
    ['a bare CR before a boundary', `--${BOUNDARY}\r\n\r\nx\r--${BOUNDARY}\r\n\r\nx\r\n--${BOUNDARY}--`],
    ['a boundary right behind the header fields', `--${BOUNDARY}\r\n\r\n--${BOUNDARY}--`],
    ['a bare LF behind a boundary', `--${BOUNDARY}\n\r\nx\r\n--${BOUNDARY}--`],
    ['a longer boundary', `--${BOUNDARY}\r\n\r\nx\r\n--${BOUNDARY}0\r\n\r\nx\r\n--${BOUNDARY}--`],
    ['a part behind the end', `${entity([field('a', 'b')])}\r\n${entity([field('a', 'b')])}`],
    ['a part right behind the end', `${entity([field('a', 'b')])}${entity([field('a', 'b')])}`],
    ['a header field without a name', entity([{ headers: ['x'], content: '' }])],
    ['a bare LF among header fields', entity([{ headers: ['A: b\nContent-Type: image/png'], content: '' }])],
    ['two media types', entity([{ headers: ['Content-Type: image/png', 'content-type: text/plain'], content: '' }])],
    ['a malformed media type', entity([typed('image', '')])],
    ['a media type with a parameter twice', entity([typed('text/plain; charset=a; charset=b', '')])],
    ['an unknown transfer encoding', entity([typed('text/plain', '', 'Content-Transfer-Encoding: uuencode')])],
    ['base64 that is none', entity([typed('text/plain', 'ab*d', 'Content-Transfer-Encoding: base64')])],
    ['base64 without its end', entity([typed('text/plain', 'YWJj\r\nYQ', 'Content-Transfer-Encoding: base64')])],
    ['base64 with bits left over', entity([typed('text/plain', 'YR==', 'Content-Transfer-Encoding: base64')])],
    ['quoted-printable that is none', entity([typed('text/plain', 'a=4', 'Content-Transfer-Encoding: quoted-printable')])],
    ['an encoded entity', entity([typed('multipart/mixed; boundary=b', 'YWJj', 'Content-Transfer-Encoding: base64')])],
    ['an entity without a boundary', entity([typed('multipart/mixed', '')])],
    ['an entity without its end', entity([typed('multipart/mixed; boundary=b', '--b\r\n\r\nx')])],
    ['long header fields', entity([{ headers: [`A: ${'b'.repeat(20_000)}`], content: '' }])],
  ])('refuses %s', (_, text) => {
    expect(refusal(text)).toMatch(/^Found /);
    expect(() => filtered(new MultipartFilter(BOUNDARY, digits), bytesOf(text), everyByte(bytesOf(text)))).toThrow(
      UnreadableContent,
    );
  });

  it('refuses white space without end behind a boundary at once', () => {
    expect(() => new MultipartFilter(BOUNDARY, digits).push(bytesOf(`--${BOUNDARY}${' '.repeat(100)}`))).toThrow(
      UnreadableContent,
    );
  });

  it('refuses a line break that a filter puts into a header field', () => {
    const options: MultipartOptions = { ...nothing, text: () => new WordSwap('key', 'a\r\nContent-Type: image/png') };
    expect(() => run(entity([{ headers: ['A: key'], content: '' }]), options)).toThrow(/line break/);
  });

  it('neither fails otherwise nor lets a value through, whatever bytes come', () => {
    const piece = fc.constantFrom(
      '--xyz-1',
      '--',
      '\r\n',
      '\n',
      '\r',
      'Content-Type: text/plain',
      ': ',
      '12345',
      '=',
      'x',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), cuts(), (pieces, at) => {
        const input = bytesOf(`--xyz-1\r\n${pieces.join('')}\r\n--xyz-1--`);
        try {
          const output = latin1Of(filtered(new MultipartFilter(BOUNDARY, digits), input, at));
          expect(output).not.toMatch(/\d{4}/);
        } catch (error) {
          if (!(error instanceof UnreadableContent)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
