import { describe, expect, it } from 'vitest';
import { beginAttempt, resumeAttempt } from '../../../src/app/people/providers/sign-in-attempt.ts';
import type { ConsoleSessionId } from '../../../src/core/ids.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';

const START = '2026-11-22T10:00:00Z';
const begin = (clock: ManualClock, again = false, before?: string) =>
  beginAttempt({ again, before: before as ConsoleSessionId | undefined }, MACHINE_RANDOM, clock);

describe('resumeAttempt()', () => {
  it('gives what beginAttempt() made, from the cookie alone', () => {
    const clock = new ManualClock(START);
    for (const attempt of [begin(clock), begin(clock, true), begin(clock, false, '0123456789abcdef0123')])
      expect(resumeAttempt(attempt.cookie, clock)).toEqual(attempt);
  });

  it('gives nothing after ten minutes, nor before the beginning', () => {
    const clock = new ManualClock(START);
    const { cookie } = begin(clock);
    clock.advance(599_999);
    expect(resumeAttempt(cookie, clock)).toBeDefined();
    clock.advance(1);
    expect(resumeAttempt(cookie, clock)).toBeUndefined();
    expect(resumeAttempt(cookie, new ManualClock('2026-11-22T09:59:59Z'))).toBeUndefined();
  });

  it('gives another state, nonce and verifier for whatever is changed in the cookie', () => {
    const clock = new ManualClock(START);
    const attempt = begin(clock);
    const [time = '', , , secret = ''] = attempt.cookie.split('.');
    const later = (Number.parseInt(time, 36) - 1).toString(36);
    for (const changed of [`${time}.1.-.${secret}`, `${later}.0.-.${secret}`, `${time}.0.0123456789abcdef0123.${secret}`]) {
      const other = resumeAttempt(changed, clock);
      expect(other?.state).toBeDefined();
      expect([other?.state, other?.nonce, other?.codeVerifier]).not.toEqual(
        expect.arrayContaining([expect.toBeOneOf([attempt.state, attempt.nonce, attempt.codeVerifier])]),
      );
    }
  });

  it('gives three values that do not tell each other, and none twice', () => {
    const clock = new ManualClock(START);
    const values = Array.from({ length: 50 }, () => begin(clock)).flatMap(({ state, nonce, codeVerifier }) => [
      state,
      nonce,
      codeVerifier,
    ]);
    expect(new Set(values).size).toBe(150);
  });

  it.each(['', 'x', '1.2.3.4', `1.0.-.${'a'.repeat(42)}`, `1.0.-.${'a'.repeat(44)}`])('gives nothing for %j', (cookie) => {
    expect(resumeAttempt(cookie, new ManualClock(START))).toBeUndefined();
  });
});
