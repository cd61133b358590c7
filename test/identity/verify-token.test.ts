import { describe, expect, it } from 'vitest';
import type { AgentId } from '../../src/core/ids.ts';
import { mintAgentToken } from '../../src/identity/agent-token.ts';
import { parseCredential } from '../../src/identity/credential-text.ts';
import { mintPersonToken } from '../../src/identity/people/person-token.ts';
import { verifyToken, type PresentedToken } from '../../src/identity/verify-token.ts';
import { MACHINE_RANDOM, ManualClock } from '../support/clock.ts';

const CLOCK = new ManualClock('2026-11-22T10:00:00Z');
const HOUR = 3_600_000;
const SHARED = { mintedBy: 'anna@acme.example', ttl: HOUR };
const ADMIN = { role: 'admin', groups: [], places: [] } as const;

const OF_AGENT = mintAgentToken({ agent: 'bot' as AgentId, ...SHARED }, MACHINE_RANDOM, CLOCK);
const OF_PERSON = mintPersonToken(
  { person: 'berta@acme.example', assignment: ADMIN, once: true, ...SHARED },
  MACHINE_RANDOM,
  CLOCK,
);

describe.each([
  ['an agent', 'cdn', OF_AGENT],
  ['a person', 'cdp', OF_PERSON],
])('verifyToken() of %s', (_, prefix, { text, token, secretHash }) => {
  const stored = { token, secretHash };
  const shown = parseCredential(prefix, text) as PresentedToken;

  it('gives the token when the secret is right and the time is not over', () => {
    expect(verifyToken(shown, stored, CLOCK.now())).toEqual({ ok: true, value: token });
    expect(verifyToken(shown, stored, token.expiresAt - 1)).toMatchObject({ ok: true });
    // On another machine, whose clock is a little behind.
    expect(verifyToken(shown, stored, CLOCK.now() - 59_000)).toMatchObject({ ok: true });
  });

  it.each([
    ['an unknown token', shown, undefined, 0],
    ['a wrong secret', { ...shown, secret: 'A'.repeat(43) }, stored, 0],
    ['an expired token', shown, stored, HOUR],
    ['a token that was written down as ended', shown, { ...stored, token: { ...token, endedAt: 0 } }, 0],
    ['a token of a clock that was ahead', shown, stored, -61_000],
    ['a revoked token', shown, { ...stored, token: { ...token, revokedAt: 0 } }, 0],
    ['a token that is used up', shown, { ...stored, token: { ...token, usedAt: 0 } }, 0],
    ['a token without an expiry', shown, { ...stored, token: { ...token, expiresAt: Number.NaN } }, 0],
    ['a stored hash of another length', shown, { ...stored, secretHash: secretHash.slice(0, 16) }, 0],
    ['a stored hash that is empty', shown, { ...stored, secretHash: new Uint8Array() }, 0],
  ])('refuses %s', (_case, presented, against, later) => {
    const verified = verifyToken(presented, against, CLOCK.now() + later);
    expect(verified).toMatchObject({ ok: false, failure: { code: 'unidentified' } });
  });
});
