import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import { startOrigin, type Origin } from '../../support/origin.ts';
import { attempt, WAYS } from './attempts.ts';
import { expectRefused, expectUntouched, type Denial } from './refused.ts';

const METADATA_NAME = 'metadata.google.internal';
/** Names of the laboratory that lead to forbidden addresses. */
const LEADS_TO: Readonly<{ [name: string]: string }> = {
  'loopback.lab.example': '127.0.0.1',
  'metadata.lab.example': '169.254.169.254',
  'ula-metadata.lab.example': 'fd00:ec2::254',
  'nat64.lab.example': '64:ff9b::a9fe:a9fe',
  'shared.lab.example': '100.64.0.1',
  'link-local.lab.example': 'fe80::1',
};

let lab: Lab;
/** On 127.0.0.1 and ::1, on one port: where every spelling of loopback would lead. */
let loopback: Origin;
let loopback6: Origin;
let port: number;

beforeAll(async () => {
  loopback = await startOrigin();
  port = loopback.port;
  loopback6 = await startOrigin({ address: '::1', port });
  lab = await startLab({
    origins: { 'plain.de.lab.example': { country: 'DE' } },
    rules: broadRules([port, 80, 443]),
    dns: Object.fromEntries(Object.entries(LEADS_TO).map(([name, address]) => [name, { addresses: [address] }])),
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
  await Promise.all([loopback, loopback6].map((origin) => origin[Symbol.asyncDispose]()));
});

/** As broad as rules can be: what is refused below is refused by a floor, not for want of a permit. */
function broadRules(ports: readonly number[]): string[] {
  return [
    `{ id: every-address, to: { addresses: [0.0.0.0/0, "::/0"], ports: [${ports.join()}] }, then: permit }`,
    `{ id: every-name, to: { hosts: ["*", ${METADATA_NAME}, "*.lab.example"], ports: [${ports.join()}] }, then: permit }`,
    '{ id: everything, to: any, then: permit }',
    '{ id: control, to: [plain-de-lab-example-address], then: permit }',
  ];
}

async function expectEach(hosts: readonly string[], denial: Denial, at = port): Promise<void> {
  for (const host of hosts) {
    for (const way of WAYS) await expectRefused(lab.gateway, await attempt(lab, way, `${host}:${at}`), denial);
  }
  expectUntouched(loopback, loopback6);
}

const MALFORMED: Denial = { status: 400, code: 'malformed_request' };
const PRIVATE: Denial = { status: 403, code: 'private_address' };
const METADATA: Denial = { status: 403, code: 'metadata_address' };
const SELF: Denial = { status: 403, code: 'self_address' };

describe('addresses', () => {
  it('a declared internal address passes: what follows is not refused for another reason', async () => {
    const { address, port: at } = lab.origin('plain.de.lab.example');
    expect((await attempt(lab, 'absolute-form', `${address}:${at}`)).status).toBe(200);
  });

  it.each([
    ['ADDR-01 IPv4 as one decimal integer', ['2130706433', '0', '4294967295']],
    ['ADDR-02 IPv4 in hexadecimal', ['0x7f000001', '0x7f.1', '0x7f.0.0.0x1', '127.0.0.0x1', '0X7F.0.0.1']],
    ['ADDR-03 octal spellings', ['0177.0.0.1', '012.1.2.3', '127.0.0.01', '00.0.0.0']],
    ['ADDR-04 short forms', ['127.1', '10.1', '127.0.1', '0x7f.1.', '127.0.0.1.']],
    [
      'ADDR-05 overflow and junk',
      ['256.256.256.256', '4294967297', '127.0.0.1.1', '1.2.3', '127.0.0.1x.1', '[127.0.0.1]', '1.2.3.-4'],
    ],
    ['ADDR-14 zone ids', ['[fe80::1%25eth0]', '[::1%25lo]', '[::1%lo]', '[::1%251]']],
  ])('%s are refused, and looked up by nobody', async (_title, hosts) => {
    await expectEach(hosts, MALFORMED);
    expect(lab.dns.queries.filter(({ name }) => hosts.some((host) => host.startsWith(name)))).toEqual([]);
  });

  it.each([
    ['ADDR-06 the unspecified address', ['0.0.0.0', '[::]', '[0:0:0:0:0:0:0:0]']],
    [
      'ADDR-07 loopback in every spelling of IPv6',
      ['[::1]', '[0:0:0:0:0:0:0:1]', '[::0001]', '[0000::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'],
    ],
    ['ADDR-07 loopback as it is', ['127.0.0.1', '127.255.255.254']],
    ['ADDR-10 NAT64', ['[64:ff9b::a9fe:a9fe]', '[64:ff9b::808:808]', '[64:ff9b:1::7f00:1]', '[64:ff9b:1:ffff::1]']],
    ['ADDR-11 6to4', ['[2002:7f00:1::]', '[2002:808:808::1]']],
    ['ADDR-12 Teredo', ['[2001:0:4136:e378:8000:63bf:3fff:fdd2]', '[2001::1]']],
    ['ADDR-16 carrier-grade NAT', ['100.64.0.1', '100.127.255.254', '[::ffff:100.64.0.1]']],
    [
      'ADDR-18 unique-local, link-local and site-local',
      ['[fc00::1]', '[fdff::1]', '[fe80::1]', '[febf::1]', '[fec0::1]', '169.254.1.1'],
    ],
    [
      'ADDR-18 names that lead to such addresses',
      ['loopback.lab.example', 'nat64.lab.example', 'shared.lab.example', 'link-local.lab.example'],
    ],
  ])('%s: refused', async (_title, hosts) => {
    await expectEach(hosts, PRIVATE);
  });

  it('ADDR-09 an IPv4-mapped address gets the verdict of the IPv4 address', async () => {
    const seen = [];
    for (const host of ['52.95.110.1', '[::ffff:52.95.110.1]', '[::ffff:345f:6e01]']) {
      const { decision } = await expectRefused(lab.gateway, await attempt(lab, 'CONNECT', `${host}:443`), {
        status: 403,
        code: 'outside_home',
      });
      seen.push({ target: decision.target, place: decision.place, evidence: decision.evidence });
    }
    expect(seen[0]).toMatchObject({ target: '52.95.110.1:443', place: { entry: 'US' } });
    expect(seen).toEqual([seen[0], seen[0], seen[0]]);
  });

  it.each([
    ['addresses', ['169.254.169.254', '[fd00:ec2::254]', '100.100.100.200', '192.0.0.192', '[::ffff:169.254.169.254]']],
    ['the name', [METADATA_NAME, 'METADATA.google.internal.', 'x.metadata.google.internal']],
    ['names that lead there', ['metadata.lab.example', 'ula-metadata.lab.example']],
  ])('ADDR-15 cloud metadata, %s: refused whatever the rules say', async (_title, hosts) => {
    await expectEach(hosts, METADATA, 80);
    expect(lab.dns.queries.filter(({ name }) => name.includes('google'))).toEqual([]);
  });

  it.each(['100.63.255.254', '100.128.0.1'])(
    'ADDR-16 %s is outside the block: judged by its place like any other',
    async (address) => {
      const { reason } = await attempt(lab, 'CONNECT', `${address}:443`);
      expect(reason).toMatch(/^(?:outside_home|unknown_place)$/);
    },
  );

  it('ADDR-20 the own ports are out of reach through the data plane, even where a rule declares them', async () => {
    const { proxy, admin } = lab.gateway;
    const own = [proxy.port, admin.port];
    const internal = `addresses: [127.0.0.0/8], ports: [${own.join()}], internal: { place: DE }`;
    const destinations = `destinations: [{ id: own, hosts: [loopback.lab.example], ${internal} }, { id: own-address, ${internal} }]`;
    const rules = broadRules(own).map((rule) => `  - ${rule}\n`);
    const taken = await lab.gateway.reload(lab.policy(`cordon: 1\n${destinations}\nrules:\n${rules.join('')}`));
    expect(taken).toMatchObject({ change: 'loaded' });
    for (const at of own) {
      await expectEach(['127.0.0.1', '[::ffff:127.0.0.1]', '0.0.0.0', '[::]', 'loopback.lab.example'], SELF, at);
    }
  });
});
