import { describe, expect, it } from 'vitest';
import type { AgentDeclaration } from '../../src/core/agent.ts';
import type { AgentId } from '../../src/core/ids.ts';
import { mintAgentToken } from '../../src/identity/agent-token.ts';
import { AttemptLimiter } from '../../src/identity/attempt-limiter.ts';
import { createIdentifier, type IdentifyInput } from '../../src/identity/identify.ts';
import { createReidentifier } from '../../src/identity/reidentify.ts';
import { SessionTable } from '../../src/identity/session.ts';
import { TokenCache } from '../../src/identity/token-cache.ts';
import { MACHINE_RANDOM, ManualClock } from '../support/clock.ts';
import { agent, cidr, CountingRandom, ip, MemoryTokenStore } from './fixtures.ts';

const INSIDE = ip('10.20.3.4');
const OUTSIDE = ip('192.0.2.1');
const HOUR = 3_600_000;

const OFFICE = agent('office', { token: false, cidr: [cidr('10.20.0.0/16')] });
const ROAMING = agent('roaming', { token: true });
const BOUND = agent('bound', { token: true, cidr: [cidr('10.20.0.0/16'), cidr('2001:db8::/32')] });

function setUp(...agents: AgentDeclaration[]) {
  const clock = new ManualClock('2026-11-22T10:00:00Z');
  const store = new MemoryTokenStore();
  const tokens = new TokenCache({ store, clock });
  const policy = { agents };
  const identify = createIdentifier({
    directory: () => policy.agents,
    tokens,
    sessions: new SessionTable({ clock, random: new CountingRandom() }),
    attempts: new AttemptLimiter({ clock }),
    clock,
  });
  const reidentify = createReidentifier({ directory: () => policy.agents, tokens, clock });
  const mint = async (id: string) => {
    const minted = mintAgentToken({ agent: id as AgentId, mintedBy: 'anna@acme.example', ttl: HOUR }, MACHINE_RANDOM, clock);
    await store.insert(minted.token, minted.secretHash);
    return minted;
  };
  const whoIs = async (input: IdentifyInput) => {
    const result = await identify(input);
    return result.ok ? result.value.attributes.agent : result.failure.code;
  };
  return { clock, store, tokens, policy, identify, reidentify, mint, whoIs };
}

const basic = (userPass: string) => `Basic ${Buffer.from(userPass).toString('base64')}`;
const bearer = (text: string) => `Bearer ${text}`;

describe('createIdentifier() by source address', () => {
  it('gives the subject at once, without a promise', () => {
    const { identify } = setUp(OFFICE);
    expect(identify({ clientAddress: INSIDE })).toMatchObject({
      ok: true,
      value: { attributes: { agent: 'office' }, by: 'cidr:10.20.0.0/16', session: expect.stringMatching(/^a-/) as string },
    });
  });

  it('refuses a source that no agent, or more than one, claims', async () => {
    const twin = agent('twin', { token: false, cidr: [cidr('10.20.3.0/24')] });
    expect(await setUp(OFFICE).whoIs({ clientAddress: OUTSIDE })).toBe('unidentified');
    expect(await setUp().whoIs({ clientAddress: INSIDE })).toBe('unidentified');
    expect(await setUp(OFFICE, twin).whoIs({ clientAddress: INSIDE })).toBe('unidentified');
    expect(await setUp(OFFICE, twin).whoIs({ clientAddress: ip('10.20.9.9') })).toBe('office');
  });

  it('asks for all that an entry says', async () => {
    const cidrs = [cidr('10.0.0.0/8')];
    for (const entry of [
      { token: true, cidr: cidrs },
      { token: false, cidr: cidrs, certificate: 'spiffe://acme/bot' },
      { token: false, cidr: cidrs, oidc: { issuer: 'https://idp.example', subject: '*', claims: {} } },
      { token: false },
      { token: false, cidr: [] },
    ]) {
      expect(await setUp(agent('bot', entry)).whoIs({ clientAddress: INSIDE })).toBe('unidentified');
    }
  });

  it('takes entries as alternatives', async () => {
    const either = agent('bot', { token: true }, { token: false, cidr: [cidr('10.0.0.0/8')] });
    expect(await setUp(either).whoIs({ clientAddress: INSIDE })).toBe('bot');
  });

  it('knows the agents of the policy in force', async () => {
    const { policy, whoIs } = setUp(OFFICE);
    expect(await whoIs({ clientAddress: INSIDE })).toBe('office');
    policy.agents = [agent('renamed', ...OFFICE.identify)];
    expect(await whoIs({ clientAddress: INSIDE })).toBe('renamed');
    policy.agents = [];
    expect(await whoIs({ clientAddress: INSIDE })).toBe('unidentified');
  });

  it('HDR-03 has no room for an identity that a client asserts', async () => {
    const { identify } = setUp(OFFICE, ROAMING);
    const asserted = { clientAddress: OUTSIDE, 'x-agent-id': 'office', 'x-forwarded-for': '10.20.3.4', sessionField: 'office' };
    expect(await identify(asserted)).toMatchObject({ ok: false, failure: { code: 'unidentified' } });
  });
});

describe('createIdentifier() by credentials', () => {
  it('takes a token as Bearer and as Basic, from anywhere', async () => {
    const { identify, mint } = setUp(ROAMING);
    const { text, token } = await mint('roaming');
    for (const authorization of [bearer(text), basic(`roaming:${text}`)]) {
      expect(await identify({ clientAddress: OUTSIDE, authorization })).toMatchObject({
        ok: true,
        value: { attributes: { agent: 'roaming' }, by: `token:${token.id}`, session: token.id, minter: 'anna@acme.example' },
      });
    }
  });

  it('answers at once for a token that it has verified', async () => {
    const { identify, mint, store } = setUp(ROAMING);
    const authorization = bearer((await mint('roaming')).text);
    await identify({ clientAddress: OUTSIDE, authorization });
    expect(identify({ clientAddress: OUTSIDE, authorization })).toMatchObject({ ok: true });
    expect(store.finds).toBe(1);
  });

  it('refuses a credential that does not verify, even where the address alone would do', async () => {
    const { mint, whoIs } = setUp(OFFICE, ROAMING);
    const { text } = await mint('roaming');
    for (const authorization of [
      'Basic x',
      bearer('hunter2'),
      basic('office:'),
      basic('office:hunter2'),
      bearer(text.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))),
      bearer(`cdn_${'0'.repeat(20)}.${'A'.repeat(43)}`),
    ]) {
      expect(await whoIs({ clientAddress: INSIDE, authorization })).toBe('unidentified');
    }
  });

  it('refuses a token under the name of another agent', async () => {
    const { mint, whoIs } = setUp(OFFICE, ROAMING);
    const { text } = await mint('roaming');
    expect(await whoIs({ clientAddress: INSIDE, authorization: basic(`office:${text}`) })).toBe('unidentified');
    expect(await whoIs({ clientAddress: INSIDE, authorization: basic(`roaming:${text}`) })).toBe('roaming');
    // Also when it is remembered.
    expect(await whoIs({ clientAddress: INSIDE, authorization: basic(`office:${text}`) })).toBe('unidentified');
  });

  it('lets a token decide between agents that share a source', async () => {
    const twin = agent('twin', ...OFFICE.identify);
    const { mint, whoIs } = setUp(OFFICE, twin);
    expect(await whoIs({ clientAddress: INSIDE, authorization: bearer((await mint('twin')).text) })).toBe('twin');
  });

  it('binds a token to the source that its entry names', async () => {
    const { mint, whoIs } = setUp(BOUND);
    const authorization = bearer((await mint('bound')).text);
    expect(await whoIs({ clientAddress: INSIDE, authorization })).toBe('bound');
    expect(await whoIs({ clientAddress: ip('2001:db8::1'), authorization })).toBe('bound');
    expect(await whoIs({ clientAddress: OUTSIDE, authorization })).toBe('unidentified');
    expect(await whoIs({ clientAddress: INSIDE })).toBe('unidentified');
  });

  it('refuses the token of an agent that the policy does not declare, or declares otherwise', async () => {
    const other = agent('other', { token: false, certificate: 'spiffe://x' }, { token: true, certificate: 'spiffe://x' });
    const { mint, whoIs } = setUp(OFFICE, other);
    for (const id of ['gone', 'other']) {
      expect(await whoIs({ clientAddress: OUTSIDE, authorization: bearer((await mint(id)).text) })).toBe('unidentified');
    }
    expect(await whoIs({ clientAddress: OUTSIDE, authorization: bearer((await mint('office')).text) })).toBe('unidentified');
  });

  it('refuses a token once it has expired, remembered or not', async () => {
    const { clock, mint, whoIs } = setUp(ROAMING);
    const authorization = bearer((await mint('roaming')).text);
    expect(await whoIs({ clientAddress: OUTSIDE, authorization })).toBe('roaming');
    clock.step(HOUR);
    expect(await whoIs({ clientAddress: OUTSIDE, authorization })).toBe('unidentified');
  });

  it('refuses a revoked token as soon as the store is known to have changed, and in any case before long', async () => {
    const { clock, mint, store, tokens, whoIs } = setUp(ROAMING);
    const first = await mint('roaming');
    const second = await mint('roaming');
    for (const { text, token } of [first, second]) {
      expect(await whoIs({ clientAddress: OUTSIDE, authorization: bearer(text) })).toBe('roaming');
      await store.revoke(token.id, clock.now());
    }
    tokens.invalidate();
    expect(await whoIs({ clientAddress: OUTSIDE, authorization: bearer(first.text) })).toBe('unidentified');
    const third = await mint('roaming');
    await whoIs({ clientAddress: OUTSIDE, authorization: bearer(third.text) });
    await store.revoke(third.token.id, clock.now());
    clock.advance(30_000);
    expect(await whoIs({ clientAddress: OUTSIDE, authorization: bearer(third.text) })).toBe('unidentified');
  });

  it('does not remember what was read before a change that came in between', async () => {
    const { clock, mint, store, tokens, whoIs } = setUp(ROAMING);
    const { text, token } = await mint('roaming');
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    const early = whoIs({ clientAddress: OUTSIDE, authorization: bearer(text) });
    await store.revoke(token.id, clock.now());
    tokens.invalidate();
    gate.resolve();
    await early;
    expect(await whoIs({ clientAddress: OUTSIDE, authorization: bearer(text) })).toBe('unidentified');
  });

  it('fails when the store is down, and holds that against nobody', async () => {
    const { mint, store, whoIs } = setUp(OFFICE, ROAMING);
    const authorization = bearer((await mint('roaming')).text);
    store.isDown = true;
    for (let i = 0; i < 200; i++) expect(await whoIs({ clientAddress: INSIDE, authorization })).toBe('store_unavailable');
    store.isDown = false;
    expect(await whoIs({ clientAddress: INSIDE, authorization })).toBe('roaming');
  });

  it('RES-04 stops asking the store for a source whose credentials do not verify', async () => {
    const { clock, mint, store, whoIs } = setUp(OFFICE, ROAMING);
    const good = bearer((await mint('roaming')).text);
    expect(await whoIs({ clientAddress: OUTSIDE, authorization: good })).toBe('roaming');
    const guesses = Array.from({ length: 1000 }, (_, i) => bearer(`cdn_${'0'.repeat(20)}.${String(i).padStart(43, 'A')}`));
    const answers = await Promise.all(guesses.map((authorization) => whoIs({ clientAddress: OUTSIDE, authorization })));
    expect(answers.filter((code) => code === 'unidentified')).toHaveLength(60);
    expect(answers.filter((code) => code === 'limit_exceeded')).toHaveLength(940);
    expect(store.finds).toBe(61);
    // Who was known before is served on, and so are other sources; later the source may try again.
    expect(await whoIs({ clientAddress: OUTSIDE, authorization: good })).toBe('roaming');
    expect(await whoIs({ clientAddress: ip('192.0.2.2'), authorization: guesses[0]! })).toBe('unidentified');
    clock.advance(60_000);
    expect(await whoIs({ clientAddress: OUTSIDE, authorization: guesses[0]! })).toBe('unidentified');
  });

  it('RES-04 counts credentials that are not even well-formed', async () => {
    const { whoIs } = setUp(ROAMING);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => whoIs({ clientAddress: OUTSIDE, authorization: 'Basic garbage' })),
    );
    expect(answers.filter((code) => code === 'limit_exceeded')).toHaveLength(40);
  });

  it('does not count a thousand good ones at once against their source', async () => {
    const { mint, store, whoIs } = setUp(ROAMING);
    const authorization = bearer((await mint('roaming')).text);
    const answers = await Promise.all(Array.from({ length: 1000 }, () => whoIs({ clientAddress: OUTSIDE, authorization })));
    expect(new Set(answers)).toEqual(new Set(['roaming']));
    expect(store.finds).toBe(1);
  });
});

describe('createIdentifier() and sessions', () => {
  it('takes the name from the user or from Cordon-Session, as one and the same', async () => {
    const { identify, mint } = setUp(ROAMING);
    const { text } = await mint('roaming');
    const sessionOf = async (input: Omit<IdentifyInput, 'clientAddress'>) => {
      const result = await identify({ clientAddress: OUTSIDE, ...input });
      return result.ok ? result.value.session : result.failure.code;
    };
    const byUser = await sessionOf({ authorization: basic(`roaming+run:${text}`) });
    expect(byUser).toMatch(/^n-/);
    expect(await sessionOf({ authorization: bearer(text), sessionField: 'run' })).toBe(byUser);
    expect(await sessionOf({ authorization: basic(`roaming+run:${text}`), sessionField: 'run' })).toBe(byUser);
    expect(await sessionOf({ authorization: basic(`roaming+run:${text}`), sessionField: 'other' })).toBe('malformed_request');
  });

  it('refuses a session name that is none (AUD-08)', async () => {
    const { whoIs } = setUp(OFFICE);
    for (const sessionField of ['../../x', '', 'a b', 'a\u0000', 'x'.repeat(65)]) {
      expect(await whoIs({ clientAddress: INSIDE, sessionField })).toBe('malformed_request');
    }
  });
});

describe('createReidentifier()', () => {
  it('gives the same session with the attributes of the policy in force', async () => {
    const { identify, mint, policy, reidentify } = setUp(OFFICE, ROAMING);
    const authorization = bearer((await mint('roaming')).text);
    const byToken = await identify({ clientAddress: OUTSIDE, authorization });
    const bySource = await identify({ clientAddress: INSIDE });
    if (!byToken.ok || !bySource.ok) throw new Error('not identified');
    const observed = (declaration: AgentDeclaration): AgentDeclaration => ({
      ...declaration,
      attributes: { ...declaration.attributes, mode: 'observe' },
    });
    policy.agents = [observed(OFFICE), observed(ROAMING)];
    for (const [subject, address] of [
      [byToken.value, OUTSIDE],
      [bySource.value, INSIDE],
    ] as const) {
      expect(await reidentify(subject, address)).toMatchObject({
        ok: true,
        value: { session: subject.session, attributes: { agent: subject.attributes.agent, mode: 'observe' } },
      });
    }
  });

  it('refuses who would not be identified any more', async () => {
    const { clock, identify, mint, policy, reidentify, store } = setUp(OFFICE, BOUND);
    const { text, token } = await mint('bound');
    const byToken = await identify({ clientAddress: INSIDE, authorization: bearer(text) });
    const bySource = await identify({ clientAddress: INSIDE });
    if (!byToken.ok || !bySource.ok) throw new Error('not identified');
    const refused = { ok: false, failure: { code: 'unidentified' } };
    policy.agents = [agent('office', { token: true }), agent('bound', { token: true, cidr: [cidr('10.30.0.0/16')] })];
    expect(await reidentify(byToken.value, INSIDE)).toMatchObject(refused);
    expect(await reidentify(bySource.value, INSIDE)).toMatchObject(refused);
    policy.agents = [BOUND, agent('other', ...OFFICE.identify)];
    expect(await reidentify(bySource.value, INSIDE)).toMatchObject(refused);
    expect(await reidentify(byToken.value, INSIDE)).toMatchObject({ ok: true });
    await store.revoke(token.id, clock.now());
    expect(await reidentify(byToken.value, INSIDE)).toMatchObject(refused);
    store.isDown = true;
    expect(await reidentify(byToken.value, INSIDE)).toMatchObject({ ok: false, failure: { code: 'store_unavailable' } });
  });
});
