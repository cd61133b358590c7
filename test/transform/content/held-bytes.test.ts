import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeldBytes } from '../../../src/transform/content/held-bytes.ts';

const KIB = 1024;

describe('HeldBytes', () => {
  it('gives back what was added, however it was cut', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 70 * KIB }), { maxLength: 12 });
    fc.assert(
      fc.property(lengths, (all) => {
        const held = new HeldBytes(KIB * KIB);
        const pieces = all.map((length, i) => new Uint8Array(length).fill(i + 1));
        for (const piece of pieces) expect(held.add(piece)).toBe(true);
        const whole = Buffer.concat(pieces);
        expect(held.length).toBe(whole.length);
        expect(Buffer.concat(held.blocks()).equals(whole)).toBe(true);
        expect(held.blocks().every(({ length }) => length > 0 && length <= 64 * KIB)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps a copy: what was added belongs to whoever added it', () => {
    const held = new HeldBytes(KIB);
    const bytes = Uint8Array.of(1, 2, 3);
    held.add(bytes);
    bytes.fill(0);
    expect(Buffer.concat(held.blocks())).toEqual(Buffer.of(1, 2, 3));
  });

  it('takes nothing of what goes over its limit, and still what does not', () => {
    const held = new HeldBytes(10);
    expect(held.add(new Uint8Array(8).fill(1))).toBe(true);
    expect(held.add(new Uint8Array(3).fill(2))).toBe(false);
    expect(held.length).toBe(8);
    expect(held.add(new Uint8Array(2).fill(3))).toBe(true);
    expect(Buffer.concat(held.blocks())).toEqual(Buffer.of(1, 1, 1, 1, 1, 1, 1, 1, 3, 3));
    expect(new HeldBytes(0).blocks()).toEqual([]);
  });

  it.each([1, 100, 16 * KIB, 300 * KIB, KIB * KIB])(
    'takes little more room than the %d bytes it holds, sent singly',
    (length) => {
      const held = new HeldBytes(length);
      for (let i = 0; i < length; i++) held.add(Uint8Array.of(i));
      const room = held.blocks().reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
      expect(room - length).toBeLessThanOrEqual(64 * KIB);
      expect(room).toBeLessThanOrEqual(Math.max(16 * KIB, 2 * length));
    },
  );
});
