import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentId } from '../../src/core/ids.ts';
import { mintAgentToken, parseTokenText } from '../../src/identity/agent-token.ts';
import { hashSecret } from '../../src/identity/credential-text.ts';
import { MACHINE_RANDOM, ManualClock } from '../support/clock.ts';

const CLOCK = new ManualClock('2026-11-22T10:00:00Z');
const HOUR = 3_600_000;

function mint() {
  return mintAgentToken({ agent: 'bot' as AgentId, mintedBy: 'anna@acme.example', ttl: HOUR }, MACHINE_RANDOM, CLOCK);
}

function presented(text: string) {
  const parsed = parseTokenText(text);
  if (!parsed.ok) throw new Error(parsed.failure.detail);
  return parsed.value;
}

describe('mintAgentToken()', () => {
  it('gives a text that can stand in a URL, an id, and only the hash of a 256-bit secret', () => {
    const { text, token, secretHash } = mint();
    expect(text).toMatch(/^[A-Za-z0-9._-]+$/);
    const { id, secret } = presented(text);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(token).toEqual({
      id,
      agent: 'bot',
      createdAt: CLOCK.now(),
      expiresAt: CLOCK.now() + HOUR,
      mintedBy: 'anna@acme.example',
    });
    expect(secretHash).toEqual(hashSecret(secret));
    expect(JSON.stringify(token)).not.toContain(secret);
  });

  it('gives another one every time', () => {
    expect(new Set(Array.from({ length: 100 }, () => mint().text)).size).toBe(100);
  });
});

describe('parseTokenText()', () => {
  it('refuses what is not exactly a token, without repeating it', () => {
    const { text } = mint();
    const bad = [
      '',
      'hunter2',
      text.slice(1),
      text.slice(0, -1),
      `${text}x`,
      `${text}\n`,
      ` ${text}`,
      text.replace('.', ''),
      text.toUpperCase(),
    ];
    for (const candidate of bad) {
      const parsed = parseTokenText(candidate);
      expect(parsed).toMatchObject({ ok: false, failure: { code: 'unidentified' } });
      if (candidate !== '') expect(JSON.stringify(parsed)).not.toContain(candidate);
    }
  });

  it('takes no text that does not come back from its parts', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^cdn_[0-9a-f]{19,21}\.[\w-]{42,44}$/)), (text) => {
        const parsed = parseTokenText(text);
        if (parsed.ok) expect(`cdn_${parsed.value.id}.${parsed.value.secret}`).toBe(text);
      }),
    );
  });
});
