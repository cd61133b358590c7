import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import { exchangeRaw } from '../../support/raw-client.ts';
import { openTunnel } from '../../support/tunnel-client.ts';
import { attempt, nextClient, WAYS } from './attempts.ts';
import { expectRefused, expectUntouched, recordedFrom, type Denial } from './refused.ts';

const PLAIN = 'plain.de.lab.example';
const SECURE = 'secure.de.lab.example';
const IDN = 'xn--bcher-kva.de.lab.example';
const FORBIDDEN = 'forbidden.us.lab.example';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: {
      [PLAIN]: { country: 'DE' },
      [SECURE]: { country: 'DE', tls: 'good' },
      [IDN]: { country: 'DE' },
      'wild.de.lab.example': { country: 'DE' },
      [FORBIDDEN]: { country: 'US' },
    },
    rules: RULES,
    dns: { 'a.wild.de.lab.example': {}, 'a.b.wild.de.lab.example': {} },
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const RULES = [
  '{ id: names, to: [plain-de-lab-example, secure-de-lab-example, xn-bcher-kva-de-lab-example], then: permit }',
  '{ id: wild, to: { hosts: ["*.wild.de.lab.example"], ports: [80] }, then: permit }',
  '{ id: literal, to: [wild-de-lab-example-address], then: permit }',
];
const NO_RULE: Denial = { status: 403, code: 'no_rule' };
const MALFORMED: Denial = { status: 400, code: 'malformed_request' };

/** UTF-8 as it goes over the wire: one character per byte. */
const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** Refused both ways, looked up by nobody, and seen by no origin. */
async function expectNowhere(names: readonly string[], denial: Denial): Promise<void> {
  const queries = lab.dns.queries.length;
  for (const name of names) {
    for (const way of WAYS) {
      const answer = await attempt(lab, way, `${name}:${lab.origin(PLAIN).port}`);
      await expectRefused(lab.gateway, answer, denial);
    }
  }
  expect(lab.dns.queries.slice(queries)).toEqual([]);
  expectUntouched(lab.origin(FORBIDDEN));
}

describe('names', () => {
  it('NAME-02 upper and lower case are one name, in every way to write it', async () => {
    const { port } = lab.origin(PLAIN);
    const from = nextClient();
    expect((await attempt(lab, 'absolute-form', `PlAiN.dE.LaB.eXaMpLe:${port}`, from)).status).toBe(200);
    expect((await recordedFrom(lab.gateway, from)).decision).toMatchObject({
      target: `http://${PLAIN}:${port}/`,
      rules: ['names'],
    });
    expect(lab.dns.queries.map(({ name }) => name)).toContain(PLAIN);
    const options = { servername: SECURE.toUpperCase() };
    await using client = await lab.https(SECURE, options);
    client.send(`GET / HTTP/1.1\r\nHost: ${lab.authority(SECURE).toUpperCase()}\r\n\r\n`);
    expect((await client.response()).status).toBe(200);
  });

  it('NAME-03 a name has one A-label; other spellings of it are refused', async () => {
    expect((await attempt(lab, 'absolute-form', `${IDN}:${lab.origin(IDN).port}`)).status).toBe(200);
    const before = lab.origin(IDN).requests.length;
    await expectNowhere(
      [
        utf8('bücher.de.lab.example'),
        'xn--bcher-kvb.de.lab.example',
        'xn--.de.lab.example',
        utf8('bu\u0308cher.de.lab.example'),
      ],
      MALFORMED,
    );
    expect(lab.origin(IDN).requests).toHaveLength(before);
  });

  it('NAME-04 a homoglyph never folds to ASCII, neither as it is nor as an A-label', async () => {
    // A Cyrillic а in the place of a; a Kelvin sign in the place of k.
    await expectNowhere([utf8('pl\u0430in.de.lab.example'), utf8('\u212Aelvin.de.lab.example')], MALFORMED);
    const { hostname } = new URL('http://pl\u0430in.de.lab.example');
    expect(hostname).toMatch(/^xn--/);
    await expectNowhere([hostname], NO_RULE);
  });

  it('NAME-05 Unicode dots and full-width letters are refused', async () => {
    await expectNowhere(
      ['plain\u3002de.lab.example', 'plain\uFF0Ede.lab.example', '\uFF50lain.de.lab.example', 'pla\u00ADin.de.lab.example'].map(
        utf8,
      ),
      MALFORMED,
    );
  });

  it('NAME-06 names that only begin or end like a permitted one', async () => {
    await expectNowhere(
      [`evil${PLAIN}`, `${PLAIN}.evil.example`, `x.${PLAIN}`, 'de.lab.example', 'evilwild.de.lab.example'],
      NO_RULE,
    );
  });

  it('NAME-08 control characters in a host', async () => {
    for (const character of ['\0', '\x01', '\t', '\x7f', '\\']) {
      for (const target of [`CONNECT ${PLAIN}${character}.evil.example:443`, `GET http://${PLAIN}${character}.evil.example/`]) {
        const answer = await exchangeRaw(lab.gateway.proxy, `${target} HTTP/1.1\r\nHost: ${PLAIN}\r\n\r\n`);
        expect(answer, target).toMatch(/^HTTP\/1\.1 400 malformed_request\r\n/);
      }
    }
    expect(lab.dns.queries.filter(({ name }) => name.includes('evil'))).toEqual([]);
  });

  it('NAME-08 SOCKS5 with NUL in the domain is not spoken at all', async () => {
    const greeting = Buffer.from('\x05\x01\0\x05\x01\0\x03\x09a\0evil.ex\x01\xbb', 'latin1');
    const from = nextClient();
    await using client = await lab.connect(from);
    client.send(greeting);
    expect(await client.rest()).toMatch(/^HTTP\/1\.1 400 malformed_request\r\n/);
    expect((await recordedFrom(lab.gateway, from)).decision).toMatchObject({ decision: 'deny', code: 'malformed_request' });
  });

  it('NAME-09 percent-encoding in a host is not undone', async () => {
    await expectNowhere(
      ['pl%61in.de.lab.example', 'plain%2ede.lab.example', 'plain.de.lab.example%00', 'plain.de.lab.example%2f.evil.example'],
      MALFORMED,
    );
  });

  it('NAME-10 labels and names beyond the limits of DNS', async () => {
    const long = `${'a.'.repeat(121)}lab.example`;
    await expectNowhere(
      [
        `${'a'.repeat(64)}.lab.example`,
        long.padStart(254, 'b'),
        'a..lab.example',
        '.lab.example',
        'a.lab.example..',
        '-a.lab.example',
      ],
      MALFORMED,
    );
    await expectNowhere([`${'a'.repeat(63)}.lab.example`, long.padStart(253, 'b')], NO_RULE);
  });

  it('NAME-12 a wildcard covers one or more labels, and never its apex', async () => {
    for (const name of ['a.wild.de.lab.example', 'a.b.wild.de.lab.example']) {
      await expectRefused(lab.gateway, await attempt(lab, 'absolute-form', name), { status: 502, code: 'dns_failed' });
      expect(lab.dns.queries.map((query) => query.name)).toContain(name);
    }
    await expectRefused(lab.gateway, await attempt(lab, 'absolute-form', 'wild.de.lab.example'), NO_RULE);
    expect(lab.dns.queries.map(({ name }) => name)).not.toContain('wild.de.lab.example');
  });

  it.each([
    ['NAME-03 a rule with a U-label', 'bücher.example', 'xn--bcher-kva.example'],
    ['NAME-12 a glob inside a label', '*example.com', 'whole first label'],
    ['NAME-12 a glob over a public suffix', '*.co.uk', 'unrelated owners'],
    ['NAME-12 a glob in the middle', 'a.*.example.com', 'whole first label'],
    ['NAME-14 a regular expression', 'api\\.openai\\.com', 'host name'],
    ['NAME-14 an anchored regular expression', '/^api.openai.com$/', 'host name'],
    ['NAME-14 alternatives', '(a|b).example.com', 'host name'],
    ['NAME-13 an address among the hosts', '140.82.114.4', '"addresses"'],
  ])('%s is refused at load, and the old policy stays', async (_title, host, expected) => {
    const rule = `{ id: bad, to: { hosts: [${JSON.stringify(host)}] }, then: permit }`;
    const taken = await lab.gateway.reload(lab.policy([...RULES, rule]));
    expect(taken).toMatchObject({ change: 'refused', errors: [expect.stringContaining(expected)] });
    expect((await attempt(lab, 'absolute-form', lab.authority(PLAIN))).status).toBe(200);
  });

  it('NAME-13 an address stands for no name: a permitted name does not permit where it leads', async () => {
    const { address, port } = lab.origin(PLAIN);
    const before = lab.origin(PLAIN).connections.length;
    for (const way of WAYS) {
      const answer = await attempt(lab, way, `${address}:${port}`);
      await expectRefused(lab.gateway, answer, NO_RULE);
      await expectRefused(lab.gateway, await attempt(lab, way, '140.82.114.4:443'), NO_RULE);
    }
    expect(lab.origin(PLAIN).connections).toHaveLength(before);
    const literal = lab.origin('wild.de.lab.example');
    expect((await attempt(lab, 'absolute-form', `${literal.address}:${literal.port}`)).status).toBe(200);
  });

  it('NAME-14 the dots of a host are dots', async () => {
    await expectNowhere(['plain-de-lab-example.evil.example', 'plainxdexlab.example', 'plain-de.lab.example'], NO_RULE);
  });

  it('a name with a trailing dot is the same name', async () => {
    await using tunnel = await openTunnel(lab.gateway.proxy, `${SECURE}.:${lab.origin(SECURE).port}`);
    expect(tunnel.answer.status).toBe(200);
  });
});
