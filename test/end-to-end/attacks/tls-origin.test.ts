import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCa, selfSigned, type ServerCertificate } from '../../support/certificates.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import type { OriginOptions } from '../../support/origin.ts';
import { recordedExchange } from './refused.ts';

const SECRET = 'Bearer own-secret';
const GOOD = 'good.de.lab.example';

/** What each origin shows instead of a good certificate and a current TLS, and the code that it must lead to. */
const ORIGINS: Readonly<{
  [name: string]: { readonly code: string; readonly tls: (certificate: ServerCertificate) => OriginOptions['tls'] };
}> = {
  'tls11.de.lab.example': {
    code: 'origin_protocol',
    tls: (good) => ({ ...good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }),
  },
  'null.de.lab.example': {
    code: 'origin_protocol',
    tls: (good) => ({ ...good, maxVersion: 'TLSv1.2', ciphers: 'eNULL:@SECLEVEL=0' }),
  },
  'alpn.de.lab.example': { code: 'origin_protocol', tls: (good) => ({ ...good, alpn: ['imap'] }) },
};
const BAD_CERTIFICATES = ['expired', 'self-signed', 'other-name', 'wildcard', 'common-name', 'unknown-ca'] as const;
const badName = (kind: string): string => `${kind}.de.lab.example`;

let lab: Lab;

beforeAll(async () => {
  const names = [...Object.keys(ORIGINS), ...BAD_CERTIFICATES.map(badName)];
  const ca = await createTestCa('Trusted root');
  const tls = new Map<string, OriginOptions['tls']>();
  for (const [name, { tls: make }] of Object.entries(ORIGINS)) tls.set(name, make(await ca.good(name)));
  const certificates: Readonly<Record<(typeof BAD_CERTIFICATES)[number], ServerCertificate>> = {
    expired: await ca.expired(badName('expired')),
    'self-signed': await selfSigned(badName('self-signed')),
    'other-name': await ca.good('good.us.lab.example'),
    // One label too few, and two that a wildcard must not span.
    wildcard: await ca.good('de.lab.example', '*.example', '*.*.lab.example'),
    'common-name': await ca.issue({ hosts: [] }),
    'unknown-ca': await (await createTestCa('Unknown root')).good(badName('unknown-ca')),
  };
  for (const kind of BAD_CERTIFICATES) tls.set(badName(kind), certificates[kind]);
  tls.set(GOOD, await ca.good(GOOD));
  lab = await startLab({
    origins: Object.fromEntries([...names, GOOD].map((name) => [name, { country: 'DE', tls: tls.get(name) }])),
    rules: [`{ id: all, to: [${[...names, GOOD].map((name) => name.replaceAll('.', '-')).join()}], then: permit }`],
    gateway: {
      trust: [ca.pem],
      // What an operator's shell may hold must not weaken it either.
      environment: {
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
        NODE_OPTIONS: '--tls-min-v1.0 --tls-cipher-list=DEFAULT:eNULL:@SECLEVEL=0',
      },
    },
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

/** POSTs a secret inside an inspected tunnel; the answer and what is recorded must be a failure of the origin. */
async function expectNothingSent(name: string, code: string): Promise<void> {
  await using client = await lab.https(name);
  client.send(
    `POST /x HTTP/1.1\r\nHost: ${lab.authority(name)}\r\nAuthorization: ${SECRET}\r\nX-Insecure: true\r\nContent-Length: 3\r\n\r\nabc`,
  );
  const answer = await client.response('POST');
  expect([answer.status, JSON.parse(answer.content.toString())]).toEqual([502, expect.objectContaining({ code })]);
  const { decision, outcome } = await recordedExchange(lab.gateway, answer.field('cordon-exchange') ?? '');
  expect(decision).toMatchObject({ decision: 'permit', method: 'POST' });
  expect(outcome).toMatchObject({ code, status: 502, bytes: { sent: 0, received: 0 } });
  const { received, requests } = lab.origin(name);
  expect([received, requests.length]).toEqual(['', 0]);
}

describe('origins that are not who they should be', () => {
  it('a good certificate passes under the same settings', async () => {
    await using client = await lab.https(GOOD);
    client.send(`GET /x HTTP/1.1\r\nHost: ${lab.authority(GOOD)}\r\n\r\n`);
    expect((await client.response()).status).toBe(200);
  });

  it.each(BAD_CERTIFICATES)('TLS-11 %s: 502, and no byte of the request was sent', async (kind) => {
    await expectNothingSent(badName(kind), 'origin_certificate');
  });

  it.each(Object.keys(ORIGINS))('TLS-12 %s: refused, and no byte of the request was sent', async (name) => {
    await expectNothingSent(name, ORIGINS[name]?.code ?? '');
  });
});
