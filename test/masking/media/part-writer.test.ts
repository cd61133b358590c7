import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatenate } from '../../../src/masking/media/bytes/concatenate.ts';
import { PartWriter } from '../../../src/masking/media/bytes/part-writer.ts';

const SOURCE = Uint8Array.from({ length: 4096 }, (_, i) => i * 7);
const stretch = fc.tuple(fc.nat(3000), fc.oneof(fc.nat(40), fc.nat(1000)));

describe('PartWriter', () => {
  it('hands over what was written, in order, and none that is empty', () => {
    const writer = new PartWriter();
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 300 }), (stretches) => {
        for (const [from, length] of stretches) writer.write(SOURCE, from, from + length);
        const parts = writer.take();
        expect(parts.every(({ length }) => length > 0)).toBe(true);
        const wanted = stretches.map(([from, length]) => SOURCE.subarray(from, from + length));
        expect(Buffer.compare(concatenate(parts), concatenate(wanted))).toBe(0);
      }),
    );
  });

  it('does not write again to what it handed over', () => {
    const kept: { parts: readonly Uint8Array[]; copy: Uint8Array }[] = [];
    for (let round = 0; round < 2000; round++) {
      const writer = new PartWriter();
      for (let i = 0; i < 3; i++) writer.write(SOURCE, round, round + 10 + i);
      const parts = writer.take();
      kept.push({ parts, copy: concatenate(parts).slice() });
    }
    for (const { parts, copy } of kept) expect(Buffer.compare(concatenate(parts), copy)).toBe(0);
  });

  it('hands over what it was given where two write by turns', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), stretch), { maxLength: 300 }), (turns) => {
        const [first, second] = [new PartWriter(), new PartWriter()];
        for (const [isFirst, [from, length]] of turns) (isFirst ? first : second).write(SOURCE, from, from + length);
        for (const [writer, isOwn] of [
          [second, false],
          [first, true],
        ] as const) {
          const wanted = turns.filter(([isFirst]) => isFirst === isOwn);
          const bytes = wanted.map(([, [from, length]]) => SOURCE.subarray(from, from + length));
          expect(Buffer.compare(concatenate(writer.take()), concatenate(bytes))).toBe(0);
        }
      }),
    );
  });

  it('copies neither long stretches nor a short one between two of them', () => {
    const writer = new PartWriter();
    const short = Uint8Array.of(1, 2, 3);
    writer.write(SOURCE, 0, 1000);
    writer.write(short, 0, 3);
    writer.write(SOURCE, 1010, 2000);
    const parts = writer.take();
    expect(parts.map(({ buffer }) => buffer)).toEqual([SOURCE.buffer, short.buffer, SOURCE.buffer]);
    expect(parts[1]).toBe(short);
  });

  it('makes one part of short stretches', () => {
    const writer = new PartWriter();
    for (let i = 0; i < 50; i++) writer.write(SOURCE, i, i + 8);
    expect(writer.take()).toHaveLength(1);
    expect(writer.take()).toHaveLength(0);
  });
});
