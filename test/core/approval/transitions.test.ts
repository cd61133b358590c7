import { describe, expect, it } from 'vitest';
import {
  isFinal,
  transition,
  TRANSITIONS,
  type ApprovalEvent,
  type ApprovalState,
} from '../../../src/core/approval/transitions.ts';

const EVENTS = Object.keys(TRANSITIONS) as ApprovalEvent[];

/** Every state by every event, written out: a dot is a refusal. In the order of EVENTS. */
const TABLE: Readonly<Record<ApprovalState, readonly string[]>> = {
  //          support    approve     deny     pass      expire     outdate  cancel
  pending: ['pending', 'approved', 'denied', '.', 'expired', 'stale', 'cancelled'],
  approved: ['.', '.', '.', 'passed', 'expired', 'stale', 'cancelled'],
  passed: ['.', '.', '.', '.', '.', '.', '.'],
  denied: ['.', '.', '.', '.', '.', '.', '.'],
  expired: ['.', '.', '.', '.', '.', '.', '.'],
  stale: ['.', '.', '.', '.', '.', '.', '.'],
  cancelled: ['.', '.', '.', '.', '.', '.', '.'],
};
const STATES = Object.keys(TABLE) as ApprovalState[];

describe('transition()', () => {
  it('knows these events', () => {
    expect(EVENTS).toEqual(['support', 'approve', 'deny', 'pass', 'expire', 'outdate', 'cancel']);
  });

  it.each(STATES.flatMap((state) => EVENTS.map((event, i) => [state, event, TABLE[state][i]!] as const)))(
    '%s, %s: %s',
    (state, event, expected) => {
      const next = transition(state, event);
      if (expected === '.') expect(next).toEqual({ ok: false, failure: expect.stringMatching(/^[A-Z].+[a-z]$/) as string });
      else expect(next).toEqual({ ok: true, value: expected });
    },
  );

  it('leads out of no state but pending and approved', () => {
    expect(STATES.filter((state) => !isFinal(state))).toEqual(['pending', 'approved']);
  });
});
