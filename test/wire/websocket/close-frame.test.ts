import { describe, expect, it } from 'vitest';
import { closePayload, readClose } from '../../../src/wire/websocket/close-frame.ts';

describe('readClose()', () => {
  it('reads what closePayload() writes', () => {
    const reason = new TextEncoder().encode('bye');
    expect(readClose(closePayload(4001, reason))).toEqual({ ok: true, value: { code: 4001, reason } });
    expect(readClose(new Uint8Array())).toEqual({ ok: true, value: { reason: new Uint8Array() } });
  });

  it.each([1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999])('takes %i', (code) => {
    expect(readClose(closePayload(code, new Uint8Array())).ok).toBe(true);
  });

  it.each([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535])('refuses %i', (code) => {
    expect(readClose(closePayload(code, new Uint8Array()))).toMatchObject({ ok: false });
  });

  it('refuses half a code', () => {
    expect(readClose(Uint8Array.of(3))).toMatchObject({ ok: false });
  });
});
