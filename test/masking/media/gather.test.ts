import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gather } from '../../../src/masking/media/bytes/gather.ts';

const part = fc.integer({ min: 1, max: 6000 }).map((length) => new Uint8Array(length).fill(length & 0xff));

describe('gather', () => {
  it('keeps every byte in its place, hands long parts on as they are, and leaves no two short ones beside each other', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const gathered = gather(parts);
        expect(Buffer.concat(gathered)).toEqual(Buffer.concat(parts));
        for (const long of parts.filter(({ length }) => length >= 4096)) expect(gathered).toContain(long);
        const made = gathered.map((each) => each.length < 4096);
        expect(made.some((isMade, i) => isMade && made[i + 1])).toBe(false);
      }),
    );
  });
});
