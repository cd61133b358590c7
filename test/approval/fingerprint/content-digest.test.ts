import { createSecretKey } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContentDigest, type ContentIdentity } from '../../../src/approval/fingerprint/content-digest.ts';

const KEY = createSecretKey(new Uint8Array(32).fill(7));

function identify(content: string | Uint8Array, contentType?: string, cuts: readonly number[] = []): ContentIdentity {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  const digest = new ContentDigest(KEY, contentType);
  let from = 0;
  for (const cut of [...cuts.map((at) => Math.min(at, bytes.length)).toSorted((a, b) => a - b), bytes.length]) {
    digest.push(bytes.subarray(from, cut));
    from = cut;
  }
  return digest.finish();
}

const typed = (boundary: string): string => `multipart/form-data; boundary=${boundary}`;
const text = ({ form, digest }: ContentIdentity): string => `${form} ${digest}`;

/** A form as clients write it. */
function form(parts: readonly string[], boundary: string): string {
  return `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`;
}

const PARTS = ['Content-Disposition: form-data; name="a"\r\n\r\none', 'Content-Disposition: form-data; name="b"\r\n\r\ntwo'];

/** All texts of up to `length` of these tokens. */
function* textsOf(tokens: readonly string[], length: number): Generator<string> {
  yield '';
  if (length === 0) return;
  for (const rest of textsOf(tokens, length - 1)) for (const token of tokens) yield rest + token;
}

describe('ContentDigest on content that is no multipart', () => {
  it('is of every byte, and of the field as it stands', () => {
    expect(identify('abc', 'text/plain')).toMatchObject({ form: 'whole', mediaType: 'text/plain' });
    expect(identify('abc', 'text/plain').digest).not.toBe(identify('abd', 'text/plain').digest);
    expect(identify('abc').mediaType).toBeNull();
    expect(identify('').digest).not.toBe(identify('\0').digest);
  });

  it('does not depend on how it arrives', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.array(fc.nat(20)), (bytes, cuts) => {
        expect(identify(bytes, 'text/plain', cuts)).toEqual(identify(bytes, 'text/plain'));
      }),
    );
  });
});

describe('ContentDigest on multipart', () => {
  const first = identify(form(PARTS, 'XyZ123'), typed('XyZ123'));

  it('is the same under another boundary, whatever it is and however it arrives', () => {
    expect(first).toMatchObject({ form: 'parts', mediaType: 'multipart/form-data' });
    const boundary = fc
      .string({ unit: fc.constantFrom('-', 'a', 'b', 'X', 'Y', '0', '1'), minLength: 1, maxLength: 70 })
      .filter((name) => !PARTS.join().includes(`--${name}`));
    fc.assert(
      fc.property(boundary, fc.array(fc.nat(200)), (name, cuts) => {
        expect(identify(form(PARTS, name), typed(name), cuts)).toEqual(first);
        expect(identify(form(PARTS, name), `multipart/form-data;boundary="${name}"`)).toEqual(first);
      }),
    );
  });

  it('is another for other parts: changed, swapped, joined, missing, split', () => {
    const [a = '', b = ''] = PARTS;
    const others = [[b, a], [a], [b], [a, b, b], [`${a}\r\n`, b], [a, `${b} `], [`${a}${b}`], [a.replace('"a"', '"c"'), b], []];
    const digests = others.map((parts) => text(identify(form(parts, 'XyZ123'), typed('XyZ123'))));
    expect(new Set([...digests, text(first)]).size).toBe(others.length + 1);
  });

  it('keeps what stands before the first and behind the last part', () => {
    const plain = form(PARTS, 'b');
    const around = [plain, `\r\n${plain}`, `x\r\n${plain}`, `${plain}x`, `${plain}\r\n`, plain.slice(0, -2)];
    const found = around.map((content) => identify(content, typed('b')));
    expect(found.map((one) => one.form)).toEqual(around.map(() => 'parts'));
    expect(new Set(found.map(text)).size).toBe(around.length);
  });

  it('tells a part from the same bytes before the first one', () => {
    const segment = '\r\nx';
    const part = identify(`--b${segment}\r\n--b\r\n\r\n--b--`, typed('b'));
    const preamble = identify(`${segment}\r\n--b\r\n\r\n--b--`, typed('b'));
    expect([part.form, preamble.form]).toEqual(['parts', 'parts']);
    expect(part.digest).not.toBe(preamble.digest);
  });

  it.each([
    ['no closing delimiter', '--b\r\nx\r\n--b\r\ny'],
    ['no delimiter', 'x'],
    ['a delimiter behind LF alone', '--b\r\n\r\nx\n--b\r\n\r\ny\r\n--b--\r\n'],
    ['a delimiter with white space behind it', '--b \r\n\r\nx\r\n--b--\r\n'],
    ['a line that begins with the boundary', '--b\r\n\r\nx\r\n--bc\r\ny\r\n--b--\r\n'],
    ['the boundary within a line', '--b\r\n\r\nx --b y\r\n--b--\r\n'],
    ['a delimiter behind the closing one', '--b\r\n\r\nx\r\n--b--\r\n--b\r\n\r\ny\r\n--b--\r\n'],
    ['two delimiters that share a line break', '--b\r\n--b\r\n\r\nx\r\n--b--\r\n'],
    ['two of them behind a part', '--b\r\n\r\nx\r\n--b\r\n--b\r\n\r\ny\r\n--b--\r\n'],
    ['no part', '--b--\r\n'],
    ['something behind the closing delimiter', '--b\r\n\r\nx\r\n--b--x'],
  ])('binds the boundary too where not every receiver sees the same parts: %s', (_, content) => {
    expect(identify(content, typed('b'))).toMatchObject({ form: 'whole', mediaType: typed('b') });
  });

  it.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/related; boundary=b; type="text/xml"',
    'multipart/form-data; boundary=b, text/plain',
    'multipart/form-data; boundary="b c"',
    'text/plain; boundary=b',
  ])('binds the boundary too where the field says anything else: %s', (contentType) => {
    expect(identify(form(PARTS, 'b'), contentType)).toMatchObject({ form: 'whole', mediaType: contentType });
  });

  it('is never the same for two contents with one boundary', () => {
    const seen = new Map<string, string>();
    const forms = new Set<string>();
    for (const content of textsOf(['--b', '\r\n', '--', 'x'], 7)) {
      const found = identify(content, typed('b'));
      forms.add(found.form);
      const other = seen.get(text(found));
      if (other !== undefined) expect(content).toBe(other);
      seen.set(text(found), content);
    }
    expect(forms).toEqual(new Set(['whole', 'parts']));
  });

  it('is the same for contents with different boundaries only where one is the other with its boundary renamed', () => {
    const tokens = ['--b', '--cd', '\r\n', '--', 'x'];
    const seen = new Map<string, string>();
    for (const content of textsOf(tokens, 6)) {
      const found = identify(content, typed('b'));
      if (found.form === 'parts') seen.set(found.digest, content);
    }
    let matches = 0;
    for (const content of textsOf(tokens, 6)) {
      const found = identify(content, typed('cd'));
      const other = found.form === 'parts' ? seen.get(found.digest) : undefined;
      if (other === undefined) continue;
      matches += 1;
      expect(other.replaceAll('--b', '--cd')).toBe(content);
    }
    expect(matches).toBeGreaterThan(0);
  });

  it('does not depend on how it arrives, for any content', () => {
    const content = fc.array(fc.constantFrom('--b', '\r\n', '\r', '\n', '-', '--', 'x', 'b'), { maxLength: 14 });
    fc.assert(
      fc.property(content, fc.array(fc.nat(30), { maxLength: 8 }), (tokens, cuts) => {
        expect(identify(tokens.join(''), typed('b'), cuts)).toEqual(identify(tokens.join(''), typed('b')));
        // Byte by byte.
        expect(identify(tokens.join(''), typed('b'), [...Array(40).keys()])).toEqual(identify(tokens.join(''), typed('b')));
      }),
      { numRuns: 500 },
    );
  });
});
