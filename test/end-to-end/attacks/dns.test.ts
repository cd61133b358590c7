import type { Answer } from 'dns-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NameScript } from '../../support/dns-server.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { startOrigin, type Origin } from '../../support/origin.ts';
import type { RawResponse } from '../../support/raw-client.ts';
import { attempt, WAYS } from './attempts.ts';
import { expectRefused, expectUntouched, recordedExchange, type Recorded } from './refused.ts';

const DE = '127.0.10.50';
const US = '127.0.20.50';
/** Declared to be in Germany, and nobody listens there. */
const DE_CLOSED = '127.0.10.51';
/** AWS us-east-1: must be refused before anything is dialled, there is no route to it here. */
const US_V6 = '2600:1f18::1';
/** An HTTPS record (RFC 9460): priority 1, target ".", ipv4hint 127.0.20.50; dns-packet has no codec for it. */
const HTTPS_RECORD = {
  type: 'UNKNOWN_65',
  name: 'hints.lab.example',
  ttl: 60,
  data: Buffer.from('000100000400047f001432', 'hex'),
} as unknown as Answer;

/** Where each address is, also when a name leads to several. */
const PLACES = [
  { cidr: '127.0.10.0/24', place: 'DE', basis: 'laboratory' },
  { cidr: '127.0.20.0/24', place: 'US', basis: 'laboratory' },
  { cidr: '2600:1f18::/32', place: 'US', basis: 'published range' },
];
const SCRIPTS: Readonly<Record<string, NameScript>> = {
  'rebind.lab.example': [{ addresses: [DE], ttl: 0 }, { addresses: [DE], ttl: 0 }, { addresses: [US] }],
  'both.lab.example': { addresses: [DE, US] },
  'both.filtered.example': { addresses: [US, DE] },
  'closed.filtered.example': { addresses: [DE_CLOSED, US] },
  'families.lab.example': { addresses: [DE, US_V6] },
  'families.filtered.example': { addresses: [DE, US_V6] },
  'eu.lab.example': { addresses: [US], chain: ['edge.cdn.example', 'pop.cdn.example'] },
  'servfail.lab.example': { rcode: 'SERVFAIL' },
  localhost: { rcode: 'SERVFAIL' },
  'nodata.lab.example': {},
  'crowd.lab.example': { addresses: Array.from({ length: 65 }, (_, i) => `127.0.10.${i + 60}`) },
  'horde.lab.example': {
    addresses: Array.from({ length: 2000 }, (_, i) => `127.0.${10 + (i >> 8)}.${i & 255}`),
    truncate: true,
  },
  'cut.lab.example': { addresses: [DE], truncate: true, tcp: 'cut' },
  'split.lab.example': { addresses: ['10.1.2.3'] },
  'hints.lab.example': { addresses: [DE], extra: [HTTPS_RECORD] },
};

let lab: Lab;
let german: Origin;
let american: Origin;

beforeAll(async () => {
  german = await startOrigin({ address: DE });
  american = await startOrigin({ address: US, port: german.port });
  lab = await startLab({ origins: {}, rules: policyFor(german.port), dns: SCRIPTS, settings: { geo: { overrides: PLACES } } });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
  await Promise.all([german, american].map((origin) => origin[Symbol.asyncDispose]()));
});

/** Any name of the laboratory may go to either country; where it leads decides. */
function policyFor(port: number): string {
  return `cordon: 1
destinations:
  - { id: de, hosts: ["*.lab.example", "*.filtered.example", localhost], addresses: [127.0.10.0/24], ports: [${port}], internal: { place: DE } }
  - { id: us, hosts: ["*.lab.example", "*.filtered.example", localhost], addresses: [127.0.20.0/24], ports: [${port}], internal: { place: US } }
  - { id: filtered, hosts: ["*.filtered.example"], ports: [${port}], addresses-mode: filter }
rules:
  - { id: names, to: { hosts: ["*.lab.example", localhost], ports: [${port}] }, then: permit }
  - { id: filtering, to: [filtered], then: permit }
  - { id: forbidden, to: { hosts: ["*.forbidden.lab.example"], ports: [${port}] }, then: deny }
`;
}

const at = (name: string): string => `${name}:${german.port}`;
const ask = (name: string): Promise<RawResponse> => attempt(lab, 'absolute-form', at(name));
const asked = (name: string): string[] => lab.dns.queries.filter((query) => query.name === name).map(({ type }) => type);

/** Asks for a name that must reach the German origin; returns the records of the last exchange that did. */
async function expectReached(name: string): Promise<Recorded> {
  const before = german.requests.length;
  const { status, content } = await ask(name);
  expect(status, content.toString()).toBe(200);
  expect(german.requests).toHaveLength(before + 1);
  const decision = (await lab.gateway.records()).findLast(
    (each) => each.kind === 'decision' && each.target === `http://${at(name)}/`,
  );
  const recorded = await recordedExchange(lab.gateway, decision?.kind === 'decision' ? decision.exchange : '');
  expect(recorded.outcome).toMatchObject({ status: 200, dialled: DE });
  return recorded;
}

const OUTSIDE = { status: 403, code: 'outside_home' } as const;
const FAILED = { status: 502, code: 'dns_failed' } as const;

describe('names', () => {
  it('DNS-02 a name that rebinds to another country: the vetted address alone is dialled, then the new one is judged', async () => {
    const name = 'rebind.lab.example';
    await expectReached(name);
    await expectReached(name);
    expect(asked(name)).toEqual(['A', 'AAAA']);
    // A reload forgets answers: the third one of the server is the American one.
    expect(await lab.gateway.reload(lab.policy(`${policyFor(german.port)}# again\n`))).toMatchObject({ change: 'loaded' });
    await expectReached(name);
    expect(await lab.gateway.reload(lab.policy(policyFor(german.port)))).toMatchObject({ change: 'loaded' });
    await expectRefused(lab.gateway, await ask(name), OUTSIDE);
    expectUntouched(american);
  });

  it('DNS-03 one forbidden address denies the name', async () => {
    await expectRefused(lab.gateway, await ask('both.lab.example'), OUTSIDE);
    expectUntouched(american);
  });

  it('DNS-03 addresses-mode: filter dials the permitted address alone, and never falls over to the other one', async () => {
    const { decision } = await expectReached('both.filtered.example');
    expect(decision.place).toMatchObject({ entry: 'DE' });
    const { status, content } = await ask('closed.filtered.example');
    expect([status, JSON.parse(content.toString())]).toEqual([502, expect.objectContaining({ code: 'connect_failed' })]);
    expectUntouched(american);
  });

  it('DNS-04 an AAAA record elsewhere counts like any other address', async () => {
    const { decision } = await expectRefused(lab.gateway, await ask('families.lab.example'), OUTSIDE);
    expect(decision.evidence.map(({ address }) => address)).toContain(US_V6);
    await expectReached('families.filtered.example');
  });

  it('DNS-05 a chain of aliases is judged by where it ends, and recorded', async () => {
    const { decision } = await expectRefused(lab.gateway, await ask('eu.lab.example'), OUTSIDE);
    expect(decision).toMatchObject({ chain: ['edge.cdn.example', 'pop.cdn.example'], place: { entry: 'US' } });
    expectUntouched(american);
  });

  it('DNS-06 a resolver that fails: no other resolver is asked', async () => {
    await expectRefused(lab.gateway, await ask('servfail.lab.example'), FAILED);
    // The system would know this one.
    await expectRefused(lab.gateway, await ask('localhost'), FAILED);
  });

  it.each([
    ['no address', 'nodata.lab.example'],
    ['65 addresses', 'crowd.lab.example'],
    ['2000 addresses over TCP', 'horde.lab.example'],
    ['an answer that is cut short over TCP', 'cut.lab.example'],
    ['a name that does not exist', 'absent.lab.example'],
  ])('DNS-07 %s: refused', async (_title, name) => {
    await expectRefused(lab.gateway, await ask(name), FAILED);
  });

  it('DNS-08 a public name that leads into the own network is refused', async () => {
    const { decision } = await expectRefused(lab.gateway, await ask('split.lab.example'), {
      status: 403,
      code: 'private_address',
    });
    expect(decision.reason).not.toContain('10.1.2.3');
  });

  it.each([
    ['that no rule names', 'c2VjcmV0.evil.example', 'no_rule'],
    ['that a rule denies', 'c2VjcmV0.forbidden.lab.example', 'denied_by_rule'],
    ['that is permitted on another port', 'c2VjcmV0.lab.example', 'port_not_allowed'],
  ] as const)('DNS-09 a name %s is not looked up', async (_title, name, code) => {
    const before = lab.dns.queries.length;
    for (const way of WAYS) {
      const authority = code === 'port_not_allowed' ? `${name}:${german.port + 1}` : at(name);
      await expectRefused(lab.gateway, await attempt(lab, way, authority), { status: 403, code });
    }
    expect(lab.dns.queries.slice(before)).toEqual([]);
  });

  it('DNS-12 hints of HTTPS records are neither asked for nor used', async () => {
    const { decision } = await expectReached('hints.lab.example');
    expect(asked('hints.lab.example').sort()).toEqual(['A', 'AAAA']);
    expect(decision.evidence.map(({ address }) => address)).not.toContain(US);
    expectUntouched(american);
  });

  it('DNS-14 a kept connection does not outlive the policy it was opened under', async () => {
    const name = 'kept.lab.example';
    lab.dns.script(name, { addresses: [DE] });
    await using client = await lab.connect();
    const again = async (): Promise<RawResponse> => {
      client.send(`GET http://${at(name)}/ HTTP/1.1\r\nHost: ${at(name)}\r\n\r\n`);
      return client.response();
    };
    const before = german.connections.length;
    expect([(await again()).status, (await again()).status]).toEqual([200, 200]);
    expect(german.connections).toHaveLength(before + 1);
    await lab.gateway.reload(
      lab.policy(
        policyFor(german.port).replace('id: forbidden, to: { hosts: ["', 'id: forbidden, to: { hosts: [kept.lab.example, "'),
      ),
    );
    await expectRefused(lab.gateway, await again(), { status: 403, code: 'denied_by_rule' });
    await lab.gateway.reload(lab.policy(policyFor(german.port)));
    expect((await again()).status).toBe(200);
    expect(german.connections).toHaveLength(before + 2);
    expect(german.connections[before]?.isClosed).toBe(true);
  });
});
