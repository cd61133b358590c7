import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCa, type ServerCertificate, type TestCa } from '../support/certificates.ts';
import { startLab, type Lab, type LabOriginOptions } from '../support/lab.ts';
import { expectRefused, recordedExchange } from './attacks/refused.ts';
import type { RawResponse } from '../support/raw-client.ts';

const TRUSTED = 'trusted.de.lab.example';
const UNTOLD = 'untold.de.lab.example';
const MUTUAL = 'mutual.de.lab.example';
const SILENT = 'silent.de.lab.example';
const WRONG = 'wrong.de.lab.example';
const ENDLESS = 'endless.de.lab.example';
const NAMES = [TRUSTED, UNTOLD, MUTUAL, SILENT, WRONG, ENDLESS];
const idOf = (name: string): string => name.replaceAll('.', '-');

let partner: TestCa;
let one: ServerCertificate;
let two: ServerCertificate;
let lab: Lab;
const pem = ({ cert, key }: ServerCertificate): string => cert + key;
const RULES = NAMES.map((name) => `{ id: to-${idOf(name)}, to: [${idOf(name)}], then: permit }`);

beforeAll(async () => {
  const [clients, stranger] = await Promise.all([createTestCa('Clients'), createTestCa('Strangers')]);
  partner = await createTestCa('Partner');
  [one, two] = await Promise.all([clients.good('gateway-one'), clients.good('gateway-two')]);
  const mutual = async (name: string, destination: object): Promise<LabOriginOptions> => ({
    country: 'DE',
    tls: { ...(await partner.good(name)), clientCa: clients.pem },
    destination: { tls: { trust: 'partner.pem', ...destination } },
  });
  lab = await startLab({
    origins: {
      [TRUSTED]: { country: 'DE', tls: await partner.good(TRUSTED), destination: { tls: { trust: 'partner.pem' } } },
      [UNTOLD]: { country: 'DE', tls: await partner.good(UNTOLD) },
      [MUTUAL]: await mutual(MUTUAL, { 'client-certificate': 'one.pem' }),
      [SILENT]: await mutual(SILENT, {}),
      [ENDLESS]: {
        country: 'DE',
        tls: await partner.good(ENDLESS),
        destination: { tls: { trust: 'partner.pem' } },
        handler: ({ connection }) => void connection.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'),
      },
      [WRONG]: await mutual(WRONG, { 'client-certificate': 'wrong.pem' }),
    },
    files: {
      'partner.pem': partner.pem,
      'one.pem': pem(one),
      'two.pem': pem(two),
      'wrong.pem': pem(await stranger.good('gateway-one')),
    },
    rules: RULES,
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

async function get(name: string, path = '/x'): Promise<RawResponse> {
  await using client = await lab.https(name);
  client.send(`GET ${path} HTTP/1.1\r\nHost: ${lab.authority(name)}\r\n\r\n`);
  return await client.response();
}

/** Who the origin was shown, by connection on which a request came. */
const shownTo = (name: string): readonly (string | undefined)[] => [
  ...new Set(lab.origin(name).requests.map(({ connection }) => connection.clientSubject)),
];

describe('tls.trust of a destination', () => {
  it('lets the gateway believe a private CA there, and for no other destination', async () => {
    expect((await get(TRUSTED)).status).toBe(200);
    const answer = await get(UNTOLD);
    expect([answer.status, JSON.parse(answer.content.toString())]).toEqual([
      502,
      expect.objectContaining({ code: 'origin_certificate' }),
    ]);
    expect(lab.origin(UNTOLD).received).toBe('');
  });
});

describe('tls.client-certificate of a destination', () => {
  it('is shown to its origin, and nothing of it to the agent or the record', async () => {
    const answer = await get(MUTUAL);
    expect([answer.status, shownTo(MUTUAL)]).toEqual([200, ['CN=gateway-one']]);
    const { key } = one;
    const seen = [
      answer.content.toString(),
      JSON.stringify(await lab.gateway.records()),
      lab.gateway.stdout,
      lab.gateway.stderr,
    ];
    expect(seen.join('')).not.toContain(key.split('\n')[1]);
  });

  it.each([SILENT, WRONG])('%s: an origin that is shown none, or a wrong one, refuses: origin_protocol', async (name) => {
    const answer = await get(name);
    expect([answer.status, JSON.parse(answer.content.toString())]).toEqual([
      502,
      expect.objectContaining({ code: 'origin_protocol' }),
    ]);
    const { decision, outcome } = await recordedExchange(lab.gateway, answer.field('cordon-exchange') ?? '');
    expect([decision, outcome]).toMatchObject([{ decision: 'permit' }, { code: 'origin_protocol' }]);
    expect(lab.origin(name).requests).toEqual([]);
    expect(lab.origin(name).tlsErrors).not.toEqual([]);
  });
});

describe('tls of a policy that changes', () => {
  /** Two more destinations for the origin of MUTUAL, each with a certificate of its own. */
  const twins = (paths: readonly [string, string]): string => {
    const [host, port] = lab.authority(MUTUAL).split(':');
    const twin = (id: string, file: string): string =>
      `{ id: ${id}, hosts: [${host}], ports: [${port}], tls: { trust: partner.pem, client-certificate: ${file} } }`;
    const rule = (id: string, path: string): string => `{ id: to-${id}, to: [${id}], paths: ["${path}"], then: permit }`;
    return `cordon: 1
destinations: [${twin('twin-one', 'one.pem')}, ${twin('twin-two', 'two.pem')}]
rules: [${rule('twin-one', paths[0])}, ${rule('twin-two', paths[1])}]
`;
  };
  const without = RULES.filter((rule) => !rule.includes(idOf(MUTUAL)));

  it('two statements for one origin: each on connections of its own, and none where both would count', async () => {
    const policy = { ...lab.policy(without), 'twins.yaml': twins(['/one/**', '/**/two']) };
    expect((await lab.gateway.reload(policy)).change).toBe('loaded');
    const before = lab.origin(MUTUAL).requests.length;
    for (const path of ['/one/x', '/x/two', '/one/y', '/y/two']) expect((await get(MUTUAL, path)).status).toBe(200);
    const shown = lab
      .origin(MUTUAL)
      .requests.slice(before)
      .map(({ target, connection }) => [target, connection.clientSubject]);
    expect(shown).toEqual([
      ['/one/x', 'CN=gateway-one'],
      ['/x/two', 'CN=gateway-two'],
      ['/one/y', 'CN=gateway-one'],
      ['/y/two', 'CN=gateway-two'],
    ]);
    const connections = lab.origin(MUTUAL).connections.length;
    await expectRefused(lab.gateway, await get(MUTUAL, '/one/two'), { status: 403, code: 'obligation_conflict' });
    expect(lab.origin(MUTUAL).connections).toHaveLength(connections);
  });

  it('a file that is replaced is in force at once, and is told as a loosening', async () => {
    const policy = lab.policy(RULES);
    await lab.gateway.reload({ ...policy, 'one.pem': pem(two) });
    expect((await get(MUTUAL)).status).toBe(200);
    expect(lab.origin(MUTUAL).requests.at(-1)?.connection.clientSubject).toBe('CN=gateway-two');
    const other = await createTestCa('Another');
    const taken = await lab.gateway.reload({ ...policy, 'one.pem': pem(two), 'partner.pem': other.pem });
    expect(taken).toMatchObject({
      change: 'loaded',
      loosened: expect.arrayContaining([`destination ${idOf(TRUSTED)}: tls changed`]),
    });
    expect(JSON.parse((await get(TRUSTED)).content.toString())).toMatchObject({ code: 'origin_certificate' });
  });

  it('what runs is cut when its destination stops believing the CA that vouched for it', async () => {
    const policy = lab.policy(RULES);
    await lab.gateway.reload(policy);
    await using client = await lab.https(ENDLESS);
    client.send(`GET /endless HTTP/1.1\r\nHost: ${lab.authority(ENDLESS)}\r\n\r\n`);
    await lab.origin(ENDLESS).waitForRequests(1);
    const other = await createTestCa('Another');
    await lab.gateway.reload({ ...policy, 'partner.pem': other.pem });
    const cut = await lab.gateway.waitForRecord(
      (each) => each.kind === 'outcome' && each.detail?.startsWith('The tls of the destination') === true,
    );
    expect(cut).toMatchObject({ code: 'no_rule', status: 200 });
  });

  it('a file that is garbled or gone refuses the policy, with file, line and key; the one in force stays', async () => {
    const policy = lab.policy(RULES);
    await lab.gateway.reload(policy);
    const { digest } = (await lab.gateway.adminGet('/v1/policy')).content as { digest: string };
    const refused = await lab.gateway.reload({ ...policy, 'partner.pem': 'garbled' });
    expect(refused).toMatchObject({
      change: 'refused',
      policy: digest,
      errors: expect.arrayContaining([
        expect.stringMatching(
          /^lab\.yaml:\d+:\d+: error: Found tls\.trust "partner\.pem", expected a PEM file of trust anchors: .*: Found no certificate/,
        ),
      ]),
    });
    expect((await get(TRUSTED)).status).toBe(200);
    const { 'partner.pem': _, ...gone } = policy;
    expect(await lab.gateway.reload(gone)).toMatchObject({
      change: 'refused',
      errors: expect.arrayContaining([expect.stringContaining('ENOENT')]),
    });
    expect((await lab.gateway.reload({ ...policy, 'partner.pem': `${partner.pem}${one.cert}` })).change).toBe('loaded');
  });
});
