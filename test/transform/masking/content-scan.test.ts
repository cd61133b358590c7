import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CodingMemory } from '../../../src/transform/codings/coding-memory.ts';
import { contentByHead, scanContent, type ScannedContent } from '../../../src/transform/masking/content-scan.ts';

const JSON_TYPE = ['content-type', 'application/json'] as const;
const EMAIL = 'anna@example.org';

async function scan(
  content: string | Uint8Array,
  fields: readonly (readonly [string, string])[] = [JSON_TYPE],
  { max = 10_000, keepsText = false, memory = 1 << 20 } = {},
): Promise<ScannedContent | string> {
  const search = { entities: ['email', 'iban'], own: [], max, memory: new CodingMemory(memory), keepsText };
  const scanned = await scanContent(Readable.from([Buffer.from(content)], { objectMode: false }), fields, search);
  return scanned.ok ? scanned.value : scanned.failure.code;
}

describe('scanContent()', () => {
  it('counts what is there, with a row for all that was looked for', async () => {
    const content = JSON.stringify({ a: EMAIL, b: [EMAIL] });
    const findings = new Map([
      ['email', 2],
      ['iban', 0],
    ]);
    expect(await scan(content)).toEqual({ facts: { kind: 'read', length: content.length, findings } });
    const coded = await scan(gzipSync(content), [JSON_TYPE, ['content-encoding', 'gzip']], { keepsText: true });
    expect(coded).toEqual({ facts: { kind: 'read', length: content.length, findings }, text: content });
  });

  it('finds a value once that can be read in two spellings', async () => {
    const form = [['content-type', 'application/x-www-form-urlencoded']] as const;
    expect(await scan('a=anna%40example.org', form)).toMatchObject({
      facts: {
        findings: new Map([
          ['email', 1],
          ['iban', 0],
        ]),
      },
    });
  });

  it('tells what is too large, coded or not', async () => {
    expect(await scan('x'.repeat(101), undefined, { max: 100 })).toEqual({ facts: { kind: 'too-large' } });
    const coded = gzipSync('x'.repeat(101));
    expect(await scan(coded, [JSON_TYPE, ['content-encoding', 'gzip']], { max: 100 })).toEqual({
      facts: { kind: 'too-large' },
    });
  });

  it('tells what cannot be read', async () => {
    for (const [content, fields] of [
      ['{}', [JSON_TYPE, ['content-encoding', 'gzip']]],
      [gzipSync('{}'), [JSON_TYPE]],
      ['--b', [['content-type', 'multipart/mixed; boundary=b']]],
      ['{}', [JSON_TYPE, ['content-encoding', 'exi']]],
    ] as const) {
      expect(await scan(content, fields)).toMatchObject({ facts: { kind: 'unreadable' } });
    }
  });

  it('claims of parts that nobody reads no more than it knows', async () => {
    const type = [['content-type', 'multipart/mixed; boundary=b']] as const;
    const image = 'Content-Type: image/png\r\n\r\nPNG';
    expect(await scan(`--b\r\n\r\nnothing\r\n--b\r\n${image}\r\n--b--`, type)).toEqual({ facts: { kind: 'opaque' } });
    const found = await scan(`--b\r\n\r\n${EMAIL}\r\n--b\r\n${image}\r\n--b--`, type);
    expect(found).toMatchObject({ facts: { kind: 'read', findings: new Map([['email', 1]]) } });
  });

  it('is refused where there is no memory for its decoder', async () => {
    const long = gzipSync(Buffer.alloc(5_000, 'x y z '));
    expect(await scan(long, [JSON_TYPE, ['content-encoding', 'gzip']], { memory: 1 })).toBe('overloaded');
  });
});

describe('contentByHead()', () => {
  it('knows by the fields alone what is opaque and what cannot be read', () => {
    expect(contentByHead([JSON_TYPE])).toBeUndefined();
    expect(contentByHead([['content-type', 'image/png']])).toEqual({ kind: 'opaque' });
    expect(contentByHead([])).toEqual({ kind: 'opaque' });
    expect(contentByHead([JSON_TYPE, ['content-encoding', 'exi']])).toMatchObject({ kind: 'unreadable' });
  });
});
