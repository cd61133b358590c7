import { describe, expect, it } from 'vitest';
import { AttemptLimiter } from '../../src/identity/attempt-limiter.ts';
import { ManualClock } from '../support/clock.ts';
import { ip } from './fixtures.ts';

const HERE = ip('192.0.2.1');

function limiter(capacity = 100) {
  const clock = new ManualClock('2026-11-22T10:00:00Z');
  return { clock, attempts: new AttemptLimiter({ clock, burst: 10, recovery: 10_000, capacity }) };
}

function passing(attempts: AttemptLimiter, count: number, source = HERE): number {
  return Array.from({ length: count }, () => attempts.begin(source)).filter(Boolean).length;
}

describe('AttemptLimiter', () => {
  it('RES-04 lets a burst pass, then refuses', () => {
    const { attempts } = limiter();
    expect(passing(attempts, 1000)).toBe(10);
  });

  it('frees attempts evenly, and no more than the burst', () => {
    const { clock, attempts } = limiter();
    passing(attempts, 10);
    clock.advance(3000);
    expect(passing(attempts, 1000)).toBe(3);
    clock.advance(1_000_000);
    expect(passing(attempts, 1000)).toBe(10);
  });

  it('is not moved by the wall clock', () => {
    const { clock, attempts } = limiter();
    passing(attempts, 10);
    clock.step(1_000_000);
    expect(passing(attempts, 5)).toBe(0);
  });

  it('gives forgiven attempts back', () => {
    const { attempts } = limiter();
    for (let i = 0; i < 1000; i++) {
      expect(attempts.begin(HERE)).toBe(true);
      attempts.forgive(HERE);
    }
    attempts.forgive(HERE);
    expect(passing(attempts, 1000)).toBe(10);
  });

  it('keeps IPv4 sources apart, and counts an IPv6 host as its /64', () => {
    const { attempts } = limiter();
    passing(attempts, 10);
    expect(attempts.begin(ip('192.0.2.2'))).toBe(true);
    passing(attempts, 10, ip('2001:db8::1'));
    expect(attempts.begin(ip('2001:db8::ffff:1'))).toBe(false);
    expect(attempts.begin(ip('2001:db8:0:1::1'))).toBe(true);
  });

  it('forgets the source that tried longest ago when it is full', () => {
    const { attempts } = limiter(2);
    passing(attempts, 10, ip('192.0.2.1'));
    passing(attempts, 10, ip('192.0.2.2'));
    passing(attempts, 1, ip('192.0.2.3'));
    expect(attempts.begin(ip('192.0.2.2'))).toBe(false);
    expect(attempts.begin(ip('192.0.2.1'))).toBe(true);
  });
});
