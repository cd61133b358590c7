import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Code } from '../../../src/core/codes.ts';
import { cordonProcess } from '../../cli/cordon.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { httpsThrough, openTunnel } from '../../support/tunnel-client.ts';
import { attempt, nextClient } from './attempts.ts';
import { expectRefused, recordedExchange, expectUntouched, type Recorded } from './refused.ts';

const PLAIN = 'plain.de.lab.example';
const FORBIDDEN = 'plain.us.lab.example';

/** Homes that are tried, each an agent of its own address. */
const HOMES: Readonly<Record<string, string>> = {
  eu: '127.0.97.1',
  eea: '127.0.97.2',
  'eu-adequate': '127.0.97.3',
  efta: '127.0.97.4',
  uk: '127.0.97.5',
  ch: '127.0.97.6',
  us: '127.0.97.7',
  any: '127.0.97.8',
};
const OBSERVED = '127.0.97.9';

const PLACES = ['DE', 'GB', 'CH', 'NO', 'IS', 'LI', 'XK', 'RE', 'JP', 'US', 'PR'] as const;
const placed = (place: string): string => `${place.toLowerCase()}.place.lab.example`;

const RULES = `cordon: 1
destinations:
${PLACES.map((place, i) => `  - { id: in-${place.toLowerCase()}, hosts: [${placed(place)}], addresses: [127.0.60.${i + 1}/32], internal: { place: ${place} } }`).join('\n')}
  - { id: models, hosts: [api.openai.com, eu.api.openai.com, bedrock-runtime.eu-central-1.amazonaws.com, europe-west3-aiplatform.googleapis.com, aiplatform.googleapis.com] }
  - { id: names, hosts: [anycast.lab.example, cloudflare.lab.example, nowhere.lab.example, kosovo.lab.example, stale.lab.example] }
  - { id: addresses, addresses: [1.1.1.1/32, "3000::1/128", 8.8.8.8/32] }
  - { id: anything-there, hosts: [nobody.lab.example], addresses: [127.0.60.0/24] }
rules:
  - { id: places, to: [${PLACES.map((place) => `in-${place.toLowerCase()}`).join(', ')}], then: permit }
  - { id: models, to: [models], agents: [eu, us, any], then: permit }
  - { id: names, to: [names, addresses], then: permit }
  - { id: unseen, to: { hosts: [s3.eu-central-1.amazonaws.com] }, inspect: false, then: permit }
  - { id: both-ways, to: [plain-de-lab-example], then: permit }
  - { id: both-ways-held, to: [plain-de-lab-example], paths: ["/held", "/all"], then: hold, approval: { by: [privacy], wait: 200ms } }
  - { id: both-ways-denied, to: [plain-de-lab-example], paths: ["/denied", "/all"], then: deny }
  - { id: america, to: [plain-us-lab-example], then: permit }
`;

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    agents: [
      { id: 'lab', home: 'eu', identify: [{ cidr: ['127.0.98.0/24'] }] },
      ...Object.entries(HOMES).map(([home, address]) => ({ id: home, home, identify: [{ cidr: [`${address}/32`] }] })),
      { id: 'observed', home: 'eu', mode: 'observe', identify: [{ cidr: [`${OBSERVED}/32`] }] },
    ],
    origins: { [PLAIN]: { country: 'DE' }, [FORBIDDEN]: { country: 'US' } },
    rules: RULES,
    dns: {
      ...Object.fromEntries(PLACES.map((place, i) => [placed(place), { addresses: [`127.0.60.${i + 1}`] }])),
      // Documented addresses of nobody here: nothing is dialled where everything is refused or only intercepted.
      ...Object.fromEntries(['eu.api.openai.com', 'api.openai.com'].map((name) => [name, { addresses: ['172.66.0.243'] }])),
      'bedrock-runtime.eu-central-1.amazonaws.com': { addresses: ['18.184.0.1'] },
      'europe-west3-aiplatform.googleapis.com': { addresses: ['8.8.8.8'] },
      'aiplatform.googleapis.com': { addresses: ['8.8.8.8'] },
      's3.eu-central-1.amazonaws.com': { addresses: ['8.8.4.4'] },
      'anycast.lab.example': { addresses: ['1.1.1.1'] },
      'cloudflare.lab.example': { addresses: ['104.16.1.1'] },
      'nowhere.lab.example': { addresses: ['3000::1'] },
      'kosovo.lab.example': { addresses: ['213.163.103.214'] },
      'private.lab.example': { addresses: ['10.0.0.1'] },
      'open.lab.example': { addresses: ['5.9.0.1'] },
    },
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

async function refused(authority: string, code: Code, from = nextClient()): Promise<Recorded['decision']> {
  const { decision } = await expectRefused(lab.gateway, await attempt(lab, 'CONNECT', authority, from), { status: 403, code });
  return decision;
}

/** A tunnel that would be inspected: permitted so far, and nothing is dialled for it. */
async function mayGoOn(authority: string, from = nextClient()): Promise<boolean> {
  await using tunnel = await openTunnel(lab.gateway.proxy, authority, { from });
  return tunnel.answer.status === 200;
}

const kinds = ({ evidence }: Recorded['decision']): string[] => evidence.map(({ kind }) => kind);

/** What `cordon explain` says about the same policy, with an address that a look-up could give: nothing is looked up or dialled. */
async function explained(url: string, address: string): Promise<{ readonly permitted: boolean; readonly text: string }> {
  const args = ['explain', 'POST', url, '--agent', 'eu', '--address', address, '--config', 'cordon.yaml'];
  const { code, out } = await cordonProcess(args, lab.gateway.directory);
  return { permitted: code === 0, text: out };
}

describe('a place that nothing proves', () => {
  it('POL-03 is unknown, and unknown is outside', async () => {
    for (const authority of ['nowhere.lab.example:443', '[3000::1]:443']) {
      const decision = await refused(authority, 'unknown_place');
      expect(decision.place?.entry).toBe('unknown');
    }
  });

  it('POL-03 is unknown to an agent at home anywhere too, whose home holds it', async () => {
    expect(await mayGoOn('nowhere.lab.example:443', HOMES['any'])).toBe(true);
  });

  it.each(['1.1.1.1:443', 'anycast.lab.example:443', 'cloudflare.lab.example:443'])(
    'POL-04 an anycast address has no country: %s',
    async (authority) => {
      const decision = await refused(authority, 'outside_home');
      expect(kinds(decision)).toContain('anycast');
      expect(decision.place?.entry).toBe('anycast');
    },
  );

  it('POL-04 GeoIP alone proves no inside', async () => {
    const decision = await refused('kosovo.lab.example:443', 'outside_home');
    expect(decision.place?.entry).toBe('XK');
  });
});

describe('sources that do not agree', () => {
  it('POL-05 are both on the record, and an opaque tunnel is refused', async () => {
    const decision = await refused('s3.eu-central-1.amazonaws.com:443', 'place_contradiction');
    expect(kinds(decision)).toEqual(expect.arrayContaining(['endpoint-name', 'anycast']));
    expect(decision.contradictions?.length).toBeGreaterThan(0);
  });
});

describe('sets of countries', () => {
  const INSIDE: Readonly<Record<string, readonly string[]>> = {
    eu: ['DE'],
    eea: ['DE', 'NO', 'IS', 'LI'],
    'eu-adequate': ['GB', 'CH', 'JP'],
    efta: ['CH', 'NO', 'IS', 'LI'],
    uk: ['GB'],
    ch: ['CH'],
    us: ['US', 'PR'],
    any: [...PLACES],
  };

  it.each(Object.entries(INSIDE))('POL-06 home %s holds exactly its members', async (home, inside) => {
    const found: string[] = [];
    for (const place of PLACES) if (await mayGoOn(`${placed(place)}:443`, HOMES[home])) found.push(place);
    const certain =
      home === 'eu-adequate' ? found.filter((place) => inside.includes(place) || ['NO', 'XK', 'RE'].includes(place)) : found;
    expect(certain.toSorted()).toEqual(inside.toSorted());
  });

  it.each(['A1', 'AP', 'T1', 'ZZ', 'O1'])('POL-06 %s is no country', async (code) => {
    const destination = `cordon: 1\ndestinations: [{ id: d, hosts: [x.example], addresses: [127.0.61.1/32], internal: { place: ${code} } }]\n`;
    const taken = await lab.gateway.reload({ ...lab.policy(RULES), 'pseudo.yaml': destination });
    expect(taken.change).toBe('refused');
    expect(taken.errors?.join('\n')).toMatch(new RegExp(`pseudo\\.yaml:2:\\d+.*${code}`));
    expect((await lab.gateway.reload(lab.policy(`${RULES}# ${code}\n`))).change).toBe('loaded');
  });
});

describe('a global endpoint of a provider with regional ones', () => {
  it('POL-07 is outside, the regional one inside', async () => {
    const decision = await refused('api.openai.com:443', 'outside_home', HOMES['eu']);
    expect(decision.place).toEqual({ entry: 'global', processing: 'global', storage: 'global' });
    expect(await mayGoOn('eu.api.openai.com:443', HOMES['eu'])).toBe(true);
  });

  const bedrock = 'bedrock-runtime.eu-central-1.amazonaws.com';

  it.each(['global', 'us', 'apac'])('POL-07 the %s profile in the path is refused inside the tunnel', async (profile) => {
    await using client = await httpsThrough(lab.gateway.proxy, `${bedrock}:443`, {
      ca: await lab.gateway.caPem(),
      from: HOMES['eu'] ?? '',
    });
    client.send(
      `POST /model/${profile}.anthropic.claude-sonnet-4/invoke HTTP/1.1\r\nHost: ${bedrock}\r\nContent-Length: 2\r\n\r\n{}`,
    );
    await expectRefused(lab.gateway, await client.response('POST'), { status: 403, code: 'outside_home' });
  });

  it('POL-07 the eu profile in the path is inside', async () => {
    const { permitted, text } = await explained(`https://${bedrock}/model/eu.anthropic.claude-sonnet-4/invoke`, '18.184.0.1');
    expect(text).toContain('aws:eu-central-1');
    expect(permitted).toBe(true);
  });

  it('POL-07 Vertex AI without a region is not in the EU', async () => {
    await refused('aiplatform.googleapis.com:443', 'outside_home', HOMES['eu']);
  });
});

describe('rules that do not agree', () => {
  async function ask(path: string): Promise<Awaited<ReturnType<typeof attempt>>> {
    await using client = await lab.connect(nextClient());
    client.send(`GET http://${lab.authority(PLAIN)}${path} HTTP/1.1\r\nHost: ${lab.authority(PLAIN)}\r\n\r\n`);
    return await client.response();
  }

  it('POL-14 deny beats hold beats permit, and the winner is named', async () => {
    expect((await ask('/free')).status).toBe(200);
    for (const path of ['/denied', '/all']) {
      const { decision } = await expectRefused(lab.gateway, await ask(path), { status: 403, code: 'denied_by_rule' });
      expect(decision.rules).toContain('both-ways-denied');
      expect(decision.rules).not.toContain('both-ways');
    }
    const held = await ask('/held');
    expect([held.status, held.reason]).toEqual([503, 'held']);
    const { decision } = await recordedExchange(lab.gateway, held.field('cordon-exchange') ?? '');
    expect(decision.rules).toContain('both-ways-held');
    expect(lab.origin(PLAIN).received).not.toMatch(/\/(?:held|denied|all) /);
    const { permitted, text } = await explained(`http://${lab.authority(PLAIN)}/all`, lab.origin(PLAIN).address);
    expect([permitted, text.includes('both-ways-denied')]).toEqual([false, true]);
  });
});

describe('an observed agent', () => {
  it('POL-15 passes what no rule permits, as far as the floors let it', async () => {
    const answer = await attempt(lab, 'absolute-form', lab.authority(PLAIN), OBSERVED);
    expect(answer.status).toBe(200);
  });

  it.each([
    ['10.0.0.1:443', 'private_address'],
    ['private.lab.example:443', 'private_address'],
    ['127.0.0.1:22', 'private_address'],
    ['169.254.169.254:80', 'metadata_address'],
    ['metadata.google.internal:80', 'metadata_address'],
    ['1.1.1.1:443', 'outside_home'],
    ['[3000::1]:443', 'unknown_place'],
  ] as const)('POL-15 stays above the floor: %s is %s', async (authority, code) => {
    await refused(authority, code, OBSERVED);
  });

  it('POL-15 does not reach the gateway itself, nor over a border', async () => {
    const { proxy, admin } = lab.gateway;
    for (const { address, port } of [proxy, admin]) await refused(`${address}:${port}`, 'self_address', OBSERVED);
    await refused(lab.authority(FORBIDDEN), 'outside_home', OBSERVED);
    expectUntouched(lab.origin(FORBIDDEN));
  });
});
