import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MeAnswer } from '../../src/admin/contract/people.ts';
import { Browser, type Page } from '../support/browser.ts';
import { startGateway, type Gateway } from '../support/gateway.ts';
import { nextClient } from './attacks/attempts.ts';
import { type AnswerOptions, SamlProvider, type Statement } from '../support/saml-provider.ts';

const RULES = 'cordon: 1\nagents: [{ id: bot, home: eu, identify: [{ token: true }] }]\n';
const ISSUER = 'https://id.acme.example/saml';
const AUDIENCE = 'urn:acme:cordon';
const SIGN_IN = 'https://id.acme.example/saml/sign-in';
const ROLES = { privacy: { role: 'approver', groups: ['privacy'], places: ['eu'] }, ops: { role: 'operator' } };
const ANNA: Statement = { mail: 'Anna@Acme.example', groups: ['staff', 'privacy'] };
const NEMO: Statement = { mail: 'nemo@acme.example', groups: ['staff'] };

/** A form that another site makes a browser send. */
const FROM_PROVIDER = {
  origin: 'https://id.acme.example',
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

const stack = new AsyncDisposableStack();
let gateway: Gateway;
let provider: SamlProvider;
let stranger: SamlProvider;
let console: string;
let metadata: string;

beforeAll(async () => {
  provider = await SamlProvider.create(ISSUER);
  stranger = await SamlProvider.create(ISSUER);
  const directory = await mkdtemp(join(tmpdir(), 'cordon-saml-'));
  stack.defer(() => rm(directory, { recursive: true }));
  const certificate = join(directory, 'provider.pem');
  await writeFile(certificate, provider.certificate);
  const saml = { issuer: ISSUER, 'sign-in': SIGN_IN, certificate, 'entity-id': AUDIENCE, roles: ROLES };
  gateway = stack.use(await startGateway({ rules: RULES, settings: { saml } }));
  console = `http://127.0.0.1:${gateway.admin.port}`;
  metadata = (await new Browser().open(`${console}/v1/sign-in/saml/metadata`)).body;
});
afterAll(() => stack.disposeAsync());

async function leave(browser: Browser, query = ''): Promise<string> {
  const { status, location } = await browser.open(`${console}/v1/sign-in/saml${query}`);
  expect(status).toBe(302);
  return location ?? '';
}

/** What a browser does with the provider's form: the page that comes back sends it on from the gateway's own site. */
async function bring(browser: Browser, response: string): Promise<Page> {
  const cookies = new Map(browser.cookies);
  // A browser keeps its cookies from a form of another site.
  browser.cookies.clear();
  const page = await browser.open(`${console}/v1/sign-in/saml/callback`, {
    form: { SAMLResponse: response, RelayState: 'x' },
    headers: FROM_PROVIDER,
  });
  for (const [name, value] of cookies) browser.cookies.set(name, value);
  if (page.status !== 200) return page;
  const sent = /name="SAMLResponse" value="([^"]*)"/.exec(page.body)?.[1] ?? '';
  return browser.open(`${console}/v1/sign-in/saml/finish`, {
    form: { SAMLResponse: sent },
    headers: { origin: console, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
  });
}

async function signIn(browser: Browser, statement: Statement, options?: AnswerOptions, query?: string): Promise<Page> {
  const location = await leave(browser, query);
  return bring(browser, provider.answer(location, AUDIENCE, statement, options));
}

async function me(browser: Browser): Promise<MeAnswer | number> {
  const { status, body } = await browser.open(`${console}/v1/me`);
  return status === 200 ? (JSON.parse(body) as MeAnswer) : status;
}

/** Between an opening and a closing tag. */
const element = (name: string): RegExp => new RegExp(`<saml:${name}[ >].*</saml:${name}>`, 's');

describe('sign-in by SAML', () => {
  it('gives the person the role and scope of its group, on the record', async () => {
    const browser = new Browser(nextClient());
    const page = await signIn(browser, ANNA);
    expect([page.status, page.body]).toEqual([200, expect.stringContaining('content="0; url=/"')]);
    const known = (await me(browser)) as MeAnswer;
    expect(known).toMatchObject({ person: 'anna@acme.example', role: 'approver', groups: ['privacy'], places: ['eu'] });
    expect([...browser.cookies.keys()]).toEqual(['cordon-session']);
    const opened = (await gateway.records()).find((record) => record.kind === 'admin' && record.subject === known.credential);
    expect(opened).toMatchObject({
      actor: 'anna@acme.example',
      credential: 'saml',
      action: 'session.opened',
      details: { issuer: ISSUER, subject: 'Anna@Acme.example' },
    });
    expect((await new Browser().open(`${console}/v1/sign-in`)).body).toBe('{"oidc":false,"saml":true}');
  });

  it('tells the provider where it answers and what it has to sign', () => {
    expect(metadata).toContain('entityID="urn:acme:cordon"');
    expect(metadata).toContain(`Location="${console}/v1/sign-in/saml/callback"`);
    expect(metadata).toContain('WantAssertionsSigned="true"');
  });

  it('gives nobody a role whose groups have none', async () => {
    const browser = new Browser(nextClient());
    expect((await signIn(browser, NEMO)).status).toBe(403);
    expect(await me(browser)).toBe(401);
  });

  it('ADM-06: takes an answer once, and from the browser that asked for it', async () => {
    const asked = new Browser(nextClient());
    const response = provider.answer(await leave(asked), AUDIENCE, ANNA);
    const cookie = asked.cookies.get('cordon-sign-in') ?? '';
    const other = new Browser(nextClient());
    expect((await bring(other, response)).status).toBe(401);
    await leave(other);
    expect((await bring(other, response)).status).toBe(401);
    expect((await bring(asked, response)).status).toBe(200);
    asked.cookies.clear();
    asked.cookies.set('cordon-sign-in', cookie);
    expect((await bring(asked, response)).status).toBe(401);
    expect(await me(asked)).toBe(401);
  });

  it('takes no form from another site but at the one place for it, and nothing there opens a session', async () => {
    const browser = new Browser(nextClient());
    const response = provider.answer(await leave(browser), AUDIENCE, ANNA);
    const form = { SAMLResponse: response };
    expect((await browser.open(`${console}/v1/sign-in/saml/finish`, { form, headers: FROM_PROVIDER })).status).toBe(403);
    const page = await browser.open(`${console}/v1/sign-in/saml/callback`, { form, headers: FROM_PROVIDER });
    expect([page.status, browser.cookies.has('cordon-session')]).toEqual([200, false]);
    const bad = { SAMLResponse: '"><script>alert(1)</script>' };
    expect((await browser.open(`${console}/v1/sign-in/saml/callback`, { form: bad, headers: FROM_PROVIDER })).status).toBe(400);
  });

  it('asks for the password anew, and believes no provider that did not', async () => {
    const browser = new Browser(nextClient());
    const location = await leave(browser, '?again=1');
    const stale = provider.answer(location, AUDIENCE, { ...ANNA, age: 3_600_000 });
    expect((await bring(browser, stale)).status).toBe(403);
    expect((await signIn(browser, { ...ANNA, age: 3_600_000 })).status).toBe(200);
    expect((await signIn(browser, ANNA, undefined, '?again=1')).status).toBe(200);
  });

  it('refuses what another key signed, or nobody', async () => {
    const browser = new Browser(nextClient());
    const location = await leave(browser);
    expect((await bring(browser, stranger.answer(location, AUDIENCE, ANNA))).status).toBe(401);
    await refused(
      { after: (xml) => xml.replace(/<ds:Signature.*?<\/ds:Signature>|<Signature.*?<\/Signature>/gs, '') },
      'Invalid signature',
    );
  });

  it('refuses a signature by SHA-1', () => refused({ hash: 'sha1' }, 'found a signature by SHA-1 or MD5'));

  it.each<readonly [string, (xml: string) => string, string]>([
    ['another person', (xml) => xml.replaceAll('Anna@Acme.example', 'otto@acme.example'), 'Invalid signature'],
    ['another group', (xml) => xml.replaceAll('>privacy<', '>ops<'), 'Invalid signature'],
    ['an assertion before the signed one', wrapped('before'), 'Invalid signature'],
    ['an assertion around the signed one', wrapped('around'), 'Invalid signature'],
    ['the signed one moved into an extension', wrapped('extension'), 'Invalid signature'],
    ['two assertions with one identifier', wrapped('twice'), 'Invalid signature'],
    ['a document type', (xml) => `<!DOCTYPE x [<!ENTITY e "ops">]>${xml}`, 'found a document type'],
  ])('refuses %s, put in after signing', async (_title, after, reason) => refused({ after }, reason));

  it.each<readonly [string, (xml: string) => string, string]>([
    [
      'another audience',
      (xml) => xml.replace('<saml:Audience>urn:acme:cordon<', '<saml:Audience>urn:acme:other<'),
      'SAML assertion audience mismatch',
    ],
    ['no audience', (xml) => xml.replace(element('AudienceRestriction'), ''), 'SAML assertion has no AudienceRestriction'],
    [
      'no conditions',
      (xml) => xml.replace(element('Conditions'), ''),
      "Cannot read properties of null (reading 'AudienceRestriction')",
    ],
    [
      'another issuer',
      (xml) => xml.replaceAll(`<saml:Issuer>${ISSUER}<`, '<saml:Issuer>https://id.evil.example<'),
      'Issuer is not as expected',
    ],
    [
      'another recipient',
      (xml) => xml.replace(/Recipient="[^"]*"/, 'Recipient="https://other.example/callback"'),
      'SubjectConfirmation is not as expected',
    ],
    [
      'another request',
      (xml) => xml.replaceAll(/InResponseTo="[^"]*"/g, 'InResponseTo="_other"'),
      'SubjectConfirmation is not as expected',
    ],
    [
      'no request in the assertion',
      (xml) => xml.replace(/(<saml:SubjectConfirmationData[^>]*) InResponseTo="[^"]*"/, '$1'),
      'SubjectConfirmation is not as expected',
    ],
    [
      'another way of confirming',
      (xml) => xml.replace('cm:bearer', 'cm:sender-vouches'),
      'SubjectConfirmation is not as expected',
    ],
    ['no confirmation', (xml) => xml.replace(element('SubjectConfirmation'), ''), 'SubjectConfirmation is not as expected'],
    [
      'an end that is over',
      (xml) => xml.replaceAll(/NotOnOrAfter="[^"]*"/g, 'NotOnOrAfter="2020-01-01T00:00:00Z"'),
      'SAML assertion expired',
    ],
    [
      'an end that is far',
      (xml) => xml.replaceAll(/NotOnOrAfter="[^"]*"/g, 'NotOnOrAfter="2999-01-01T00:00:00Z"'),
      'SubjectConfirmation is not as expected',
    ],
    ['no instant of signing in', (xml) => xml.replace(/AuthnInstant="[^"]*"/, ''), 'AuthnInstant is not as expected'],
  ])('refuses %s, signed', async (_title, before, reason) => refused({ before }, reason));

  it('reads a name around a comment as one', async () => {
    const browser = new Browser(nextClient());
    const before = (xml: string): string => xml.replace('>Anna@Acme.example<', '>anna@acme.example<!-- -->.evil.example<');
    const { status } = await signIn(browser, ANNA, { before });
    const known = await me(browser);
    expect(status === 401 || (known as MeAnswer).person === 'anna@acme.example.evil.example').toBe(true);
  });
});

/** @param reason as the log tells it, and nobody else */
async function refused(options: AnswerOptions, reason: string): Promise<void> {
  const browser = new Browser(nextClient());
  const before = gateway.stderr.length;
  expect((await signIn(browser, ANNA, options)).status).toBe(401);
  expect(await me(browser)).toBe(401);
  await expect.poll(() => gateway.stderr.slice(before)).toContain(`"detail":"${reason}"`);
}

/** Signature wrapping: what is signed stays in the document, and another assertion stands where it might be read. */
function wrapped(how: 'before' | 'around' | 'extension' | 'twice'): (xml: string) => string {
  return (xml) => {
    const signed = /<saml:Assertion .*<\/saml:Assertion>/s.exec(xml)?.[0] ?? expect.fail('no assertion');
    const forged = signed
      .replace(/<(\w+:)?Signature .*<\/\1Signature>/s, '')
      .replaceAll('Anna@Acme.example', 'otto@acme.example')
      .replaceAll('>privacy<', '>ops<');
    const renamed = how === 'twice' ? forged : forged.replace(/ID="_[^"]*"/, 'ID="_forged"');
    if (how === 'around') return xml.replace(signed, renamed.replace('</saml:Assertion>', `${signed}</saml:Assertion>`));
    if (how === 'extension') return xml.replace(signed, `<samlp:Extensions>${signed}</samlp:Extensions>${renamed}`);
    return xml.replace(signed, `${renamed}${signed}`);
  };
}
