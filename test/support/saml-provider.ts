import { randomUUID } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { SignedXml } from 'xml-crypto';
import { type RsaCertificate, rsaCertificate } from './certificates.ts';

const MAIL_FORMAT = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
const MINUTE = 60_000;
const ASSERTION = "//*[local-name(.)='Assertion']";
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** What a provider says of somebody. */
export interface Statement {
  readonly mail: string;
  readonly groups: readonly string[];
  /** Milliseconds since the person last showed who it is. */
  readonly age?: number;
}

export interface AnswerOptions {
  /** Changes what is signed. */
  readonly before?: (xml: string) => string;
  /** Changes what was signed. */
  readonly after?: (xml: string) => string;
  /** `sha256` unless given. */
  readonly hash?: 'sha1' | 'sha256';
}

const ALGORITHMS = {
  sha256: { signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', digest: 'http://www.w3.org/2001/04/xmlenc#sha256' },
  sha1: { signature: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1', digest: 'http://www.w3.org/2000/09/xmldsig#sha1' },
} as const;

/** An identity provider that speaks SAML 2.0 and says what a test wants: also what a real one never would. */
export class SamlProvider {
  readonly issuer: string;
  readonly #own: RsaCertificate;

  private constructor(issuer: string, own: RsaCertificate) {
    this.issuer = issuer;
    this.#own = own;
  }

  static async create(issuer: string): Promise<SamlProvider> {
    return new SamlProvider(issuer, await rsaCertificate('SAML'));
  }

  /** PEM */
  get certificate(): string {
    return this.#own.cert;
  }

  /** The answer to a request that a browser was sent here with, base64. @param audience whom it is made out to */
  answer(location: string, audience: string, statement: Statement, { before, after, hash }: AnswerOptions = {}): string {
    const request = inflateRawSync(Buffer.from(new URL(location).searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
    const [id, callback] = ['ID', 'AssertionConsumerServiceURL'].map(
      (name) => new RegExp(` ${name}="([^"]*)"`).exec(request)?.[1],
    );
    const plain = responseText({ ...statement, issuer: this.issuer, id: id ?? '', callback: callback ?? '', audience });
    const signed = this.#sign(before === undefined ? plain : before(plain), ALGORITHMS[hash ?? 'sha256']);
    return Buffer.from(after === undefined ? signed : after(signed)).toString('base64');
  }

  #sign(xml: string, { signature, digest }: (typeof ALGORITHMS)[keyof typeof ALGORITHMS]): string {
    const { key, cert } = this.#own;
    const signer = new SignedXml({
      privateKey: key,
      publicCert: cert,
      signatureAlgorithm: signature,
      canonicalizationAlgorithm: EXCLUSIVE,
    });
    const transforms = ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE];
    signer.addReference({ xpath: ASSERTION, transforms, digestAlgorithm: digest });
    signer.computeSignature(xml, { location: { reference: `${ASSERTION}/*[local-name(.)='Issuer']`, action: 'after' } });
    return signer.getSignedXml();
  }
}

interface ResponseFacts extends Statement {
  readonly issuer: string;
  readonly id: string;
  readonly callback: string;
  readonly audience: string;
}

function responseText({ issuer, id, callback, audience, mail, groups, age = 0 }: ResponseFacts): string {
  const now = Date.now();
  const at = (offset: number): string => new Date(now + offset).toISOString();
  const values = groups.map((group) => `<saml:AttributeValue>${group}</saml:AttributeValue>`).join('');
  return [
    '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"',
    ` ID="_${randomUUID()}" Version="2.0" IssueInstant="${at(0)}" Destination="${callback}" InResponseTo="${id}">`,
    `<saml:Issuer>${issuer}</saml:Issuer>`,
    '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>',
    `<saml:Assertion ID="_${randomUUID()}" Version="2.0" IssueInstant="${at(0)}"><saml:Issuer>${issuer}</saml:Issuer>`,
    `<saml:Subject><saml:NameID Format="${MAIL_FORMAT}">${mail}</saml:NameID>`,
    '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">',
    `<saml:SubjectConfirmationData NotOnOrAfter="${at(5 * MINUTE)}" Recipient="${callback}" InResponseTo="${id}"/>`,
    '</saml:SubjectConfirmation></saml:Subject>',
    `<saml:Conditions NotBefore="${at(-MINUTE)}" NotOnOrAfter="${at(5 * MINUTE)}">`,
    `<saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
    `<saml:AuthnStatement AuthnInstant="${at(-age)}"><saml:AuthnContext><saml:AuthnContextClassRef>`,
    'urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>',
    `<saml:AttributeStatement><saml:Attribute Name="groups">${values}</saml:Attribute></saml:AttributeStatement>`,
    '</saml:Assertion></samlp:Response>',
  ].join('');
}
