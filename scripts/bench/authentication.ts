/**
 * Times who a request is from, on a connection that has asked before: 1,000 agents, tokens that were verified already, as Bearer and
 * with the name of a session, a client certificate, and a source range. Run by hand: `node scripts/bench/authentication.ts`. Target
 * (issue 6): ≤ 5 µs for each request.
 */
import { systemClock, systemRandom } from '../../src/app/system.ts';
import type { ClientCertificate } from '../../src/core/exchange/exchange.ts';
import type { AgentId } from '../../src/core/ids.ts';
import { mintAgentToken } from '../../src/identity/agent-token.ts';
import { AttemptLimiter } from '../../src/identity/attempt-limiter.ts';
import { createIdentifier, type IdentifyInput } from '../../src/identity/identify.ts';
import { SessionTable } from '../../src/identity/session.ts';
import { TokenCache } from '../../src/identity/token-cache.ts';
import { agent, cidr, ip, MemoryTokenStore } from '../../test/identity/fixtures.ts';

const AGENTS = 1_000;
/** Agents that ask in turn. */
const ACTIVE = 64;
const HOUR = 3_600_000;

const names = Array.from({ length: AGENTS }, (_, number) => `agent-${number}`);
const agents = names.map((name, number) =>
  agent(
    name,
    { token: true },
    { token: false, certificate: `spiffe://acme/${name}` },
    { token: false, cidr: [cidr(`10.20.${number >> 8}.${number & 255}/32`)] },
  ),
);
const store = new MemoryTokenStore();
const clock = systemClock;
const identify = createIdentifier({
  directory: () => agents,
  tokens: new TokenCache({ store, clock }),
  sessions: new SessionTable({ clock, random: systemRandom }),
  attempts: new AttemptLimiter({ clock }),
  clock,
});

const active = names.slice(0, ACTIVE);
const tokens = await Promise.all(
  active.map(async (name) => {
    const { token, secretHash, text } = mintAgentToken(
      { agent: name as AgentId, mintedBy: 'bench', ttl: HOUR },
      systemRandom,
      clock,
    );
    await store.insert(token, secretHash);
    return text;
  }),
);
const elsewhere = ip('192.0.2.1');
const basic = (index: number): string =>
  `Basic ${Buffer.from(`${names[index]}+run-${index}:${tokens[index]}`).toString('base64')}`;
const certificate = (name: string): ClientCertificate => ({
  names: [`spiffe://acme/${name}`],
  notAfter: clock.now() + HOUR,
  fingerprint: name,
});

const ways: Readonly<Record<string, readonly IdentifyInput[]>> = {
  'token as Bearer': tokens.map((text) => ({ clientAddress: elsewhere, authorization: `Bearer ${text}` })),
  'token and session as Basic': active.map((_, index) => ({ clientAddress: elsewhere, authorization: basic(index) })),
  'client certificate': active.map((name) => ({ clientAddress: elsewhere, certificate: certificate(name) })),
  'source range': active.map((_, index) => ({ clientAddress: ip(`10.20.0.${index}`) })),
};

/** Single calls; reading the clock is part of each. */
async function time(label: string, inputs: readonly IdentifyInput[]): Promise<void> {
  for (const [index, input] of inputs.entries()) {
    const known = await identify(input);
    if (!known.ok || known.value.attributes.agent !== names[index])
      throw new Error(`${label}: found another than ${names[index]}`);
  }
  const samples = new Float64Array(400_000);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < samples.length; i++) {
      const input = inputs[i % inputs.length]!;
      const start = process.hrtime.bigint();
      const known = identify(input);
      samples[i] = Number(process.hrtime.bigint() - start);
      if (known instanceof Promise) throw new Error(`${label}: the store was asked`);
    }
  }
  samples.sort();
  const at = (share: number): string => ((samples[Math.floor(samples.length * share)] ?? 0) / 1000).toFixed(2).padStart(6);
  console.log(`${label.padEnd(28)} p50 ${at(0.5)} µs   p90 ${at(0.9)} µs   p99 ${at(0.99)} µs`);
}

for (const [label, inputs] of Object.entries(ways)) await time(label, inputs);
