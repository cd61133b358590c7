import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyMaskingKey } from '../../../src/wire/websocket/masking-key.ts';

describe('applyMaskingKey()', () => {
  it('is what RFC 6455 §5.3 says, from any offset and for any length', () => {
    const key = fc.uint8Array({ minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), key, fc.nat(20), (bytes, maskingKey, offset) => {
        const expected = bytes.map((byte, i) => byte ^ maskingKey[(offset + i) % 4]!);
        expect(applyMaskingKey(bytes, maskingKey, offset)).toEqual(expected);
      }),
    );
  });

  it('takes a view of Node as it takes any bytes, and leaves it alone', () => {
    const view = Buffer.from('xHello').subarray(1);
    const applied = applyMaskingKey(view, Buffer.from('37fa213d', 'hex'));
    expect(Buffer.from(applied).toString('hex')).toBe('7f9f4d5158');
    expect(view.toString()).toBe('Hello');
  });
});
