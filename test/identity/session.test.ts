import { describe, expect, it } from 'vitest';
import type { AgentId, TokenId } from '../../src/core/ids.ts';
import { isSessionName, SESSION_IDLE, SessionTable } from '../../src/identity/session.ts';
import { ManualClock } from '../support/clock.ts';
import { CountingRandom, ip } from './fixtures.ts';

const A = 'agent-a' as AgentId;
const B = 'agent-b' as AgentId;
const HERE = ip('192.0.2.1');

function table(capacity = 100) {
  const clock = new ManualClock('2026-11-22T10:00:00Z');
  return { clock, sessions: new SessionTable({ clock, random: new CountingRandom(), capacity }) };
}

describe('SessionTable', () => {
  it('gives one agent the same session for a name, from wherever and with whatever token', () => {
    const { sessions } = table();
    const first = sessions.sessionOf({ agent: A, clientAddress: HERE, name: 'run' });
    const token = 'aa' as TokenId;
    expect(sessions.sessionOf({ agent: A, clientAddress: ip('192.0.2.9'), name: 'run', token })).toBe(first);
    expect(sessions.sessionOf({ agent: A, clientAddress: HERE, name: 'run2' })).not.toBe(first);
    expect(table().sessions.sessionOf({ agent: A, clientAddress: HERE, name: 'run' })).toBe(first);
  });

  it('never gives two agents one session, whatever name they choose (AUD-08)', () => {
    const { sessions } = table();
    const a = sessions.sessionOf({ agent: A, clientAddress: HERE, name: 'run' });
    for (const name of ['run', a as string, `agent-a.run`]) {
      expect(sessions.sessionOf({ agent: B, clientAddress: HERE, name })).not.toBe(a);
    }
    expect(sessions.sessionOf({ agent: B, clientAddress: HERE })).not.toBe(
      sessions.sessionOf({ agent: A, clientAddress: HERE }),
    );
  });

  it('makes ids in which nothing of the client stands (AUD-08)', () => {
    const { sessions } = table();
    expect(sessions.sessionOf({ agent: A, clientAddress: HERE, name: '..' })).toMatch(/^n-[0-9a-f]{32}$/);
    expect(sessions.sessionOf({ agent: A, clientAddress: HERE })).toMatch(/^a-[0-9a-f]{32}$/);
  });

  it('is the id of the token without a name', () => {
    const { sessions } = table();
    expect(sessions.sessionOf({ agent: A, clientAddress: HERE, token: 'f00d' as TokenId })).toBe('f00d');
  });

  it('lasts for a source until it was idle for half an hour, whatever the wall clock does', () => {
    const { clock, sessions } = table();
    const claim = { agent: A, clientAddress: HERE };
    const first = sessions.sessionOf(claim);
    for (let i = 0; i < 3; i++) {
      clock.advance(SESSION_IDLE - 1);
      expect(sessions.sessionOf(claim)).toBe(first);
    }
    clock.step(10 * SESSION_IDLE);
    expect(sessions.sessionOf(claim)).toBe(first);
    clock.advance(SESSION_IDLE);
    expect(sessions.sessionOf(claim)).not.toBe(first);
  });

  it('forgets the least recently used source when it is full', () => {
    const { sessions } = table(2);
    const of = (text: string) => sessions.sessionOf({ agent: A, clientAddress: ip(text) });
    const [one, two] = [of('192.0.2.1'), of('192.0.2.2')];
    void of('192.0.2.1');
    void of('192.0.2.3');
    expect(of('192.0.2.1')).toBe(one);
    expect(of('192.0.2.2')).not.toBe(two);
  });
});

describe('isSessionName()', () => {
  it('takes short plain names only (AUD-08)', () => {
    expect(['run-7', 'A.b_c', 'x'.repeat(64)].every(isSessionName)).toBe(true);
    const bad = ['', '../../x', 'a/b', 'a b', 'a\n', 'ä', 'a+b', 'a:b', '\u0000', 'x'.repeat(65)];
    expect(bad.filter(isSessionName)).toEqual([]);
  });
});
