import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toFieldLines } from '../../../src/wire/http/fields.ts';
import { hostField, requestFraming, responseFraming } from '../../../src/wire/http/framing.ts';

const request = (raw: string[], version: '1.0' | '1.1' | '2' = '1.1', method = 'POST') =>
  requestFraming(toFieldLines(raw), version, method);
const response = (raw: string[], status = 200, method = 'GET') => responseFraming(toFieldLines(raw), status, method);

describe('requestFraming', () => {
  it.each([
    [[], '1.1', { kind: 'none' }],
    [['Content-Length', '0'], '1.1', { kind: 'length', length: 0 }],
    [['content-length', '9007199254740991'], '1.0', { kind: 'length', length: Number.MAX_SAFE_INTEGER }],
    [['Transfer-Encoding', 'chunked'], '1.1', { kind: 'chunked' }],
    [['Content-Length', '5'], '2', { kind: 'length', length: 5 }],
    [[], '2', { kind: 'chunked' }],
  ] as const)('requestFraming() of %j in HTTP/%s', (raw, version, value) => {
    expect(request([...raw], version)).toEqual({ ok: true, value });
  });

  it.each([
    ['H1-01', ['Content-Length', '4', 'Transfer-Encoding', 'chunked']],
    ['H1-01', ['transfer-encoding', 'chunked', 'CONTENT-LENGTH', '4']],
    ['H1-02', ['Transfer-Encoding', 'chunKed']],
    ['H1-02', ['Transfer-Encoding', 'chunked, identity']],
    ['H1-02', ['Transfer-Encoding', 'gzip, chunked']],
    ['H1-02', ['Transfer-Encoding', 'xchunked']],
    ['H1-02', ['Transfer-Encoding', ' chunked']],
    ['H1-02', ['Transfer-Encoding', 'chunked\u000b']],
    ['H1-02', ['Transfer-Encoding', '']],
    ['H1-02', ['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'identity']],
    ['H1-02', ['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked']],
    ['H1-03', ['Content-Length', '5', 'Content-Length', '6']],
    ['H1-03', ['Content-Length', '5', 'Content-Length', '5']],
    ['H1-03', ['Content-Length', '5, 5']],
    ...['+1', '-1', '0x10', '1e3', ' 5', '5 ', '05', '', '1.0', '٣', '99999999999999999999', '9007199254740992'].map(
      (value) => ['H1-04', ['Content-Length', value]] as [string, string[]],
    ),
  ] as [string, string[]][])('requestFraming() refuses %s: %j', (_, raw) => {
    expect(request(raw).ok).toBe(false);
    expect(request(raw, '2').ok).toBe(false);
  });

  it('requestFraming() refuses Transfer-Encoding outside HTTP/1.1 (H1-02)', () => {
    expect(request(['Transfer-Encoding', 'chunked'], '1.0').ok).toBe(false);
    expect(request(['Transfer-Encoding', 'chunked'], '2').ok).toBe(false);
  });

  it.each(['CONNECT', 'TRACE'])('requestFraming() knows no content of %s', (method) => {
    expect(request(['Content-Length', '0'], '1.1', method)).toEqual({ ok: true, value: { kind: 'none' } });
    expect(request([], '2', method)).toEqual({ ok: true, value: { kind: 'none' } });
    expect(request(['Content-Length', '1'], '1.1', method).ok).toBe(false);
    expect(request(['Transfer-Encoding', 'chunked'], '1.1', method).ok).toBe(false);
  });

  it.each(['GET', 'HEAD', 'DELETE', 'OPTIONS'])('requestFraming() keeps the content of %s', (method) => {
    expect(request(['Transfer-Encoding', 'chunked'], '1.1', method)).toMatchObject({ value: { kind: 'chunked' } });
    expect(request(['Content-Length', '7'], '1.1', method)).toMatchObject({ value: { length: 7 } });
  });

  it('requestFraming() accepts only what has one reading', () => {
    const name = fc.constantFrom('Content-Length', 'content-length', 'Transfer-Encoding', 'X');
    const value = fc.oneof(fc.constantFrom('chunked', '5', '05', '5,5', 'chunked,chunked', ''), fc.string({ maxLength: 8 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 4 }), (fields) => {
        const result = requestFraming(fields, '1.1', 'POST');
        if (!result.ok) return;
        const framing = fields.filter(([field]) => field !== 'X').map(([, text]) => text);
        expect(framing.length).toBeLessThanOrEqual(1);
        expect(framing[0] ?? 'none').toBe(result.value.kind === 'length' ? String(result.value.length) : result.value.kind);
      }),
      { numRuns: 500 },
    );
  });
});

describe('responseFraming', () => {
  it.each([
    [[], 200, 'GET', { kind: 'close' }],
    [['Content-Length', '3'], 200, 'GET', { kind: 'length', length: 3 }],
    [['Transfer-Encoding', 'chunked'], 404, 'POST', { kind: 'chunked' }],
    [['Content-Length', '3'], 200, 'HEAD', { kind: 'none' }],
    [['Transfer-Encoding', 'chunked'], 200, 'HEAD', { kind: 'none' }],
    [['Content-Length', '3'], 304, 'GET', { kind: 'none' }],
    [['Content-Length', '0'], 204, 'GET', { kind: 'none' }],
    [[], 204, 'GET', { kind: 'none' }],
    [[], 103, 'GET', { kind: 'none' }],
  ] as const)('responseFraming() of %j, status %d to %s', (raw, status, method, value) => {
    expect(response([...raw], status, method)).toEqual({ ok: true, value });
  });

  it.each([
    [['Content-Length', '4', 'Transfer-Encoding', 'chunked'], 200],
    [['Content-Length', '4', 'Content-Length', '5'], 200],
    [['Content-Length', '4x'], 200],
    [['Transfer-Encoding', 'identity'], 200],
    [['Content-Length', '4'], 204],
    [['Transfer-Encoding', 'chunked'], 204],
    [['Content-Length', '4'], 100],
    [['Transfer-Encoding', 'chunked'], 304],
  ])('responseFraming() refuses %j with status %d (H1-21)', (raw, status) => {
    expect(response(raw, status).ok).toBe(false);
  });

  it('responseFraming() refuses ambiguous framing also where no content may follow (H1-21)', () => {
    expect(response(['Content-Length', '4', 'Transfer-Encoding', 'chunked'], 200, 'HEAD').ok).toBe(false);
  });
});

describe('hostField', () => {
  it('hostField() gives the value of the only line', () => {
    expect(hostField(toFieldLines(['hOsT', 'a.example:80']))).toEqual({ ok: true, value: 'a.example:80' });
  });

  it.each([
    [[]],
    [['Host', '']],
    [['Host', 'a', 'host', 'a']],
    [['Host', 'a', 'Host', 'b']],
    [['Host', 'a, b']],
    [['Host', 'a b']],
  ])('hostField() refuses %j (H1-13)', (raw) => expect(hostField(toFieldLines(raw)).ok).toBe(false));
});
