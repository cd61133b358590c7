import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSatisfied, supportOf } from '../../src/approval/quorum.ts';
import { approved, askedRule } from './support/approvals.ts';

const names = (found: readonly { readonly person: string }[]): string[] => found.map(({ person }) => person);

describe('isSatisfied()', () => {
  it('HOOP-2 counts persons, not decisions: one in two groups is one for a rule', () => {
    const rule = askedRule({ by: ['privacy', 'security'], quorum: 2 });
    const petra = approved('petra', { groups: ['privacy', 'security'] });
    expect(names(supportOf(rule, [petra, petra]))).toEqual(['petra']);
    expect(isSatisfied([rule], [petra, petra, petra])).toBe(false);
    expect(isSatisfied([rule], [petra, approved('paul')])).toBe(true);
  });

  it('lets a person in two groups count for both rules', () => {
    const rules = [askedRule({ id: 'a', by: ['privacy'] }), askedRule({ id: 'b', by: ['security'] })];
    expect(isSatisfied(rules, [approved('petra', { groups: ['privacy', 'security'] })])).toBe(true);
    expect(isSatisfied(rules, [approved('petra'), approved('paul')])).toBe(false);
  });

  it('HOOP-1 goes on being satisfied when more approve than are needed', () => {
    const more = ['a', 'b', 'c', 'd'].map((person) => approved(person));
    expect(isSatisfied([askedRule({ quorum: 2 })], more)).toBe(true);
  });

  it('compares persons and groups character by character', () => {
    expect(isSatisfied([askedRule()], [approved('petra', { groups: ['Privacy', 'privacy ', 'priv'] })])).toBe(false);
    const two = [approved('petra'), approved('Petra')];
    expect(names(supportOf(askedRule({ quorum: 2 }), two))).toEqual(['petra', 'Petra']);
  });

  it('counts a rule with step-up only for people who signed in again', () => {
    const rule = askedRule({ stepUp: true });
    expect(isSatisfied([rule], [approved('petra')])).toBe(false);
    expect(isSatisfied([rule], [approved('petra', { hasSteppedUp: true })])).toBe(true);
  });

  it('is never satisfied by nothing: no rule, no quorum, denials', () => {
    expect(isSatisfied([], [approved('petra')])).toBe(false);
    expect(isSatisfied([askedRule({ quorum: 0 })], [])).toBe(false);
    expect(isSatisfied([askedRule({ by: [] })], [approved('petra')])).toBe(false);
    expect(isSatisfied([askedRule()], [approved('petra', { decision: 'deny' })])).toBe(false);
  });

  it('is what a count by hand says', () => {
    const group = fc.constantFrom('a', 'b', 'c');
    const rule = fc.record({ by: fc.uniqueArray(group), quorum: fc.integer({ min: 1, max: 3 }) });
    const decision = fc.record({ person: fc.constantFrom('p', 'q', 'r'), groups: fc.uniqueArray(group) });
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 3 }), fc.array(decision, { maxLength: 6 }), (rules, decisions) => {
        const byHand = rules.every(({ by, quorum }) => {
          const persons = new Set(
            decisions.filter(({ groups }) => groups.some((one) => by.includes(one))).map((d) => d.person),
          );
          return persons.size >= quorum;
        });
        const all = decisions.map(({ person, groups }) => approved(person, { groups }));
        expect(
          isSatisfied(
            rules.map((values) => askedRule(values)),
            all,
          ),
        ).toBe(byHand);
      }),
    );
  });
});
