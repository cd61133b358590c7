import { describe, expect, it } from 'vitest';
import type { Requesters } from '../../src/approval/entitlement.ts';
import { standingOf } from '../../src/approval/standing.ts';
import type { Approval } from '../../src/core/approval/approval.ts';
import type { Fingerprint } from '../../src/core/ids.ts';
import { approval, approved, ASKED_AT, askedRule, EXPIRES_AT } from './support/approvals.ts';

const { fingerprint } = approval();
const NOW = ASKED_AT + 1;
const ARMED: Partial<Approval> = { state: 'approved', decisions: [approved('petra')] };

const { requester } = approval();

function standing(values: Partial<Approval>, at = NOW, as: string = fingerprint, requesters: Requesters = requester): string {
  const found = standingOf(approval(values), { fingerprint: as as Fingerprint, requesters }, at);
  return found.kind === 'refused' ? found.code : found.kind;
}

describe('standingOf()', () => {
  it.each([
    ['pending', 'waits'],
    ['passed', 'spent'],
    ['denied', 'approval_denied'],
    ['expired', 'approval_expired'],
    ['stale', 'approval_stale'],
    ['cancelled', 'approval_stale'],
  ] as const)('%s: %s', (state, expected) => {
    expect(standing({ state })).toBe(expected);
  });

  it('lets pass what was approved, by enough people, for this request, before the deadline', () => {
    expect(standing(ARMED)).toBe('may-pass');
    expect(standing(ARMED, EXPIRES_AT - 1)).toBe('may-pass');
    expect(standing(ARMED, EXPIRES_AT)).toBe('approval_expired');
    expect(standing({ state: 'pending' }, EXPIRES_AT)).toBe('approval_expired');
    expect(standing(ARMED, NOW, 'another')).toBe('approval_stale');
  });

  it('lets nobody pass its own request by the approval of one that another token asked for', () => {
    expect(standing(ARMED, NOW, fingerprint, { owners: [], minter: 'petra' })).toBe('approval_stale');
    expect(standing(ARMED, NOW, fingerprint, { owners: ['petra'] })).toBe('approval_stale');
    expect(standing(ARMED, NOW, fingerprint, { owners: [], minter: 'paul' })).toBe('may-pass');
  });

  it('lets nobody pass its own request by the approval of one whom it vouches for', () => {
    const vouched: Partial<Approval> = { ...ARMED, decisions: [approved('petra', { vouchedBy: 'otto' })] };
    expect(standing(vouched)).toBe('may-pass');
    expect(standing(vouched, NOW, fingerprint, { owners: [], minter: 'otto' })).toBe('approval_stale');
    expect(standing(vouched, NOW, fingerprint, { owners: ['otto'] })).toBe('approval_stale');
  });

  it('does not believe a state that no decisions have led to', () => {
    expect(standing({ state: 'approved' })).toBe('approval_stale');
    expect(standing({ ...ARMED, rules: [askedRule({ quorum: 2 })] })).toBe('approval_stale');
    expect(standing({ ...ARMED, decisions: [approved('petra', { decision: 'deny' })] })).toBe('approval_stale');
  });
});
