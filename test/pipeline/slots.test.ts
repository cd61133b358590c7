import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slots, type Slotted } from '../../src/pipeline/slots.ts';

type Member = Slotted & { readonly name: number };

const names = (slots: Slots<Member>): number[] => [...slots].map(({ name }) => name).sort((a, b) => a - b);

describe('Slots', () => {
  it('holds what a Set would hold, whatever comes and goes', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(20)), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (each) => {
        const members = Array.from({ length: 21 }, (_, name): Member => ({ name }));
        const slots = new Slots<Member>();
        const model = new Set<number>();
        for (const [isAdded, name] of each) {
          const member = members[name]!;
          if (isAdded && !model.has(name)) {
            slots.add(member);
            model.add(name);
          } else if (!isAdded) {
            expect(slots.delete(member)).toBe(model.delete(name));
          }
          expect(slots.size).toBe(model.size);
        }
        expect(names(slots)).toEqual([...model].sort((a, b) => a - b));
      }),
    );
  });

  it('delete() of one that was never added, or has left, is false', () => {
    const slots = new Slots<Member>();
    const gone: Member = { name: 1 };
    slots.add(gone);
    expect(slots.delete({ name: 1 })).toBe(false);
    expect(slots.delete(gone)).toBe(true);
    slots.add({ name: 2 });
    // Its old place has a new member by now.
    expect(slots.delete(gone)).toBe(false);
    expect(names(slots)).toEqual([2]);
  });

  it('a walk meets what is added during it, in places that have become free behind it too', () => {
    const slots = new Slots<Member>();
    const members = [0, 1, 2].map((name): Member => ({ name }));
    for (const member of members) slots.add(member);
    const met: number[] = [];
    for (const member of slots) {
      met.push(member.name);
      if (member.name === 0) slots.delete(member);
      if (member.name === 1) slots.add({ name: 3 });
    }
    expect(met).toEqual([0, 1, 2, 3]);
    expect(names(slots)).toEqual([1, 2, 3]);
  });

  it('a walk that was left before its end keeps no place from new members', () => {
    const slots = new Slots<Member>();
    const members = [0, 1, 2].map((name): Member => ({ name }));
    for (const member of members) slots.add(member);
    for (const member of slots) if (member.name === 1) break;
    slots.delete(members[0]!);
    const late: Member = { name: 3 };
    slots.add(late);
    expect(late.slot).toBe(0);
    expect(names(slots)).toEqual([1, 2, 3]);
  });
});
