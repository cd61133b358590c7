import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { OpenExchanges } from '../../src/reporting/fold/open-exchanges.ts';

const MOST = 5;
/** Few enough to meet again; some differ only before what is hashed of them. */
const ID = fc.constantFrom('', 'a', 'b', '1-00000000', '2-00000000', '3-00000000', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6');
const STEP = fc.oneof(
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('add' as const), id: ID }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('take' as const), id: ID }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), id: ID }) },
);

it('OpenExchanges knows what a Map would that forgets its oldest entry', () => {
  fc.assert(
    fc.property(fc.array(STEP, { minLength: 50, maxLength: 200 }), (steps) => {
      const open = new OpenExchanges<number>(MOST);
      const model = new Map<string, number>();
      for (const [number, { kind, id }] of steps.entries()) {
        if (kind === 'clear') {
          open.clear();
          model.clear();
        } else if (kind === 'take') {
          expect(open.take(id)).toBe(model.get(id));
          model.delete(id);
        } else if (!model.has(id)) {
          const isFull = model.size === MOST;
          if (isFull) model.delete([...model.keys()][0]!);
          model.set(id, number);
          expect(open.add(id, number)).toBe(isFull);
        }
        expect(open.get(id)).toBe(model.get(id));
        expect(open.size).toBe(model.size);
      }
    }),
    { numRuns: 100 },
  );
});
