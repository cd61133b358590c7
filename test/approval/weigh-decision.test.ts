import { describe, expect, it } from 'vitest';
import { LONGEST_REASON } from '../../src/core/approval/approver.ts';
import { weighDecision, type ProposedDecision } from '../../src/approval/weigh-decision.ts';
import type { Approval } from '../../src/core/approval/approval.ts';
import type { Approver } from '../../src/core/approval/approver.ts';
import type { ApprovalState } from '../../src/core/approval/transitions.ts';
import {
  approval,
  approved,
  approver,
  ASKED_AT,
  askedRule,
  EXPIRES_AT,
  OFFER,
  placesOf,
  question,
} from './support/approvals.ts';

const YES: ProposedDecision = { decision: 'approve', reason: 'TIA read' };
const NO: ProposedDecision = { decision: 'deny', reason: 'not this customer' };
const NOW = ASKED_AT + 60_000;

function refusal(of: Approval, by: Approver, proposed = YES, now = NOW): string | undefined {
  const weighed = weighDecision(of, by, proposed, now);
  return weighed.ok ? undefined : weighed.failure.kind;
}

describe('weighDecision()', () => {
  it('approves with the last person needed', () => {
    const weighed = weighDecision(approval({ revision: 4 }), approver('petra'), YES, NOW);
    const decision = { person: 'petra', groups: ['privacy'], places: 'any', hasSteppedUp: false, ...YES, at: NOW };
    expect(weighed).toEqual({ ok: true, value: { id: 'a1', revision: 4, event: 'approve', decisions: [decision], at: NOW } });
  });

  it('keeps who vouched for the person', () => {
    const weighed = weighDecision(approval(), approver('petra', { vouchedBy: ['otto'] }), YES, NOW);
    expect(weighed).toMatchObject({ value: { decisions: [{ person: 'petra', vouchedBy: ['otto'] }] } });
  });

  it.each(['anna@acme.example', 'max@acme.example'])('refuses whom %s vouches for through others', (requester) => {
    expect(refusal(approval(), approver('petra', { vouchedBy: ['otto', requester] }))).toBe('requester');
    expect(refusal(approval(), approver('petra', { vouchedBy: ['otto', 'paul'] }))).toBeUndefined();
  });

  it('supports while others are needed, and approves once they are there', () => {
    const two = approval({ rules: [askedRule({ quorum: 2 })] });
    expect(weighDecision(two, approver('petra'), YES, NOW)).toMatchObject({ value: { event: 'support' } });
    const half = { ...two, decisions: [approved('petra')] };
    expect(weighDecision(half, approver('paul'), YES, NOW)).toMatchObject({ value: { event: 'approve' } });
  });

  it('lets anyone entitled deny alone, who approved before too', () => {
    const two = approval({ rules: [askedRule({ quorum: 2 })], decisions: [approved('petra')] });
    expect(weighDecision(two, approver('paul'), NO, NOW)).toMatchObject({ value: { event: 'deny' } });
    expect(weighDecision(two, approver('petra'), NO, NOW)).toMatchObject({ value: { event: 'deny' } });
    expect(refusal(two, approver('petra'))).toBe('repeated');
  });

  it.each(['anna@acme.example', 'max@acme.example'])('lets the requester %s neither approve nor deny', (person) => {
    expect(refusal(approval(), approver(person))).toBe('requester');
    expect(refusal(approval(), approver(person), NO)).toBe('requester');
  });

  it('compares requesters exactly', () => {
    expect(refusal(approval(), approver('anna@acme.example.org'))).toBeUndefined();
    const { minter: _, ...requester } = question().requester;
    expect(refusal(approval({ requester }), approver('max@acme.example'))).toBeUndefined();
  });

  it.each(['viewer', 'auditor', 'operator', 'admin'] as const)('lets no %s decide', (role) => {
    expect(refusal(approval(), approver('petra', { role }))).toBe('role');
    expect(refusal(approval(), approver('petra', { role }), NO)).toBe('role');
  });

  it('wants a group of some rule, and counts for its rules only', () => {
    expect(refusal(approval(), approver('petra', { groups: ['legal'] }))).toBe('scope');
    expect(refusal(approval(), approver('petra', { groups: [] }), NO)).toBe('scope');
    const both = approval({ rules: [askedRule({ id: 'a' }), askedRule({ id: 'b', by: ['security'] })] });
    expect(weighDecision(both, approver('petra'), YES, NOW)).toMatchObject({ value: { event: 'support' } });
  });

  it('wants a role that covers all of home', () => {
    expect(refusal(approval(), approver('petra', { places: placesOf('DE', 'DE') }))).toBe('scope');
    expect(refusal(approval(), approver('petra', { places: placesOf('eu', 'DE', 'FR', 'IT') }))).toBeUndefined();
    const { requester } = question();
    const anywhere = approval({ requester: { ...requester, home: { ...requester.home, any: true } } });
    expect(refusal(anywhere, approver('petra', { places: placesOf('eu', 'DE', 'FR') }))).toBe('scope');
    const nowhere = approval({ requester: { ...requester, home: { ...requester.home, countries: placesOf('').countries } } });
    expect(refusal(nowhere, approver('petra', { places: placesOf('eu', 'DE', 'FR') }))).toBe('scope');
  });

  it('wants a new sign-in where every rule of the person asks for it', () => {
    const strict = approval({ rules: [askedRule({ stepUp: true })] });
    expect(refusal(strict, approver('petra'))).toBe('step-up');
    expect(refusal(strict, approver('petra', { hasSteppedUp: true }))).toBeUndefined();
  });

  it('wants a reason that is neither blank nor endless', () => {
    for (const reason of ['', ' \t\n', 'x'.repeat(LONGEST_REASON + 1)]) {
      expect(refusal(approval(), approver('petra'), { ...YES, reason })).toBe('reason');
      expect(refusal(approval(), approver('petra'), { ...NO, reason })).toBe('reason');
    }
  });

  it('refuses everything at the deadline and behind it', () => {
    expect(refusal(approval(), approver('petra'), YES, EXPIRES_AT - 1)).toBeUndefined();
    for (const now of [EXPIRES_AT, EXPIRES_AT + 1, Number.NaN]) {
      expect(refusal(approval(), approver('petra'), YES, now)).toBe('settled');
      expect(refusal(approval(), approver('petra'), NO, now)).toBe('settled');
    }
  });

  it.each(['approved', 'passed', 'denied', 'expired', 'stale', 'cancelled'] as ApprovalState[])(
    'refuses everything once it is %s, whatever the clock says',
    (state) => {
      for (const now of [ASKED_AT - 1, NOW]) {
        expect(refusal(approval({ state }), approver('petra'), YES, now)).toBe('settled');
        expect(refusal(approval({ state }), approver('petra'), NO, now)).toBe('settled');
      }
    },
  );

  it('tells nobody else how the request stands', () => {
    expect(refusal(approval({ state: 'denied' }), approver('anna@acme.example'))).toBe('requester');
    expect(refusal(approval({ state: 'denied' }), approver('petra', { groups: ['legal'] }))).toBe('scope');
  });

  it('takes a grant with an approval where a rule of the person allows one', () => {
    const grant = { for: 60_000 };
    const open = approval({ rules: [askedRule({ grant: OFFER })] });
    expect(refusal(open, approver('petra'), { ...YES, grant })).toBeUndefined();
    expect(refusal(open, approver('petra'), { ...NO, grant })).toBe('grant');
    expect(refusal(approval({ rules: [askedRule()] }), approver('petra'), { ...YES, grant })).toBe('grant');
    for (const time of [0, -1, Number.NaN])
      expect(refusal(open, approver('petra'), { ...YES, grant: { for: time } })).toBe('grant');
  });
});
