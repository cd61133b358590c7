import { fail, ok, type Result } from '../../../../core/result.ts';
import type { Instant, Milliseconds } from '../../../../core/units.ts';

/** How far the clocks of the gateway and of the provider may be apart. */
export const CLOCK_SKEW: Milliseconds = 60_000;
/** For how long one may be good for an entry: providers give minutes, and each has to be remembered until its end. */
const LONGEST: Milliseconds = 3_600_000;

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';

/** An assertion whose signature is verified, as xml2js gives it: attributes under `$`, text under `_`, children as lists. */
export type AssertionElement = unknown;

/** What an assertion has to say to count here. */
export interface Expected {
  /** Entity id of the provider. */
  readonly issuer: string;
  /** Entity id of the gateway. */
  readonly audience: string;
  /** Where it was to be sent. */
  readonly recipient: string;
  /** The request that it answers. */
  readonly requestId: string;
}

/** An assertion that is meant for this gateway, this request and this moment. */
export interface VerifiedAssertion {
  readonly id: string;
  readonly nameId: string | undefined;
  readonly nameIdFormat: string | undefined;
  /** When the person last showed the provider who it is. */
  readonly authTime: Instant;
  /** From here on it counts nowhere. */
  readonly endsAt: Instant;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

/**
 * What the library leaves to its caller: who issued the assertion, for whom, where to, in answer to what and until when. All
 * of it is read in what the signature covers.
 *
 * @source SAML 2.0 Core §2.3–2.7, Profiles §4.1.4.2 and §4.1.4.3
 * @failure which of these is wrong
 */
export function verifyAssertion(
  assertion: AssertionElement,
  expected: Expected,
  now: Instant,
): Result<VerifiedAssertion, string> {
  const id = attribute(assertion, 'ID');
  const authTime = instant(attribute(only(assertion, 'AuthnStatement'), 'AuthnInstant'));
  const subject = only(assertion, 'Subject');
  const endsAt = confirmedUntil(subject, expected, now);
  const nameId = only(subject, 'NameID');
  if (id === undefined) return fail('ID');
  if (text(only(assertion, 'Issuer')) !== expected.issuer) return fail('Issuer');
  if (authTime === undefined || authTime > now + CLOCK_SKEW) return fail('AuthnInstant');
  if (endsAt === undefined) return fail('SubjectConfirmation');
  if (!isCurrentFor(only(assertion, 'Conditions'), expected.audience, now)) return fail('Conditions');
  return ok({
    id,
    nameId: text(nameId),
    nameIdFormat: attribute(nameId, 'Format'),
    authTime: Math.min(authTime, now),
    endsAt,
    attributes: attributesOf(assertion),
  });
}

/** Until when one of the confirmations lets whoever brings the assertion in here; undefined when none does. */
function confirmedUntil(subject: unknown, { recipient, requestId }: Expected, now: Instant): Instant | undefined {
  for (const confirmation of children(subject, 'SubjectConfirmation')) {
    const data = only(confirmation, 'SubjectConfirmationData');
    const end = instant(attribute(data, 'NotOnOrAfter'));
    if (attribute(confirmation, 'Method') !== BEARER || attribute(data, 'NotBefore') !== undefined) continue;
    if (attribute(data, 'Recipient') !== recipient || attribute(data, 'InResponseTo') !== requestId) continue;
    if (end !== undefined && end + CLOCK_SKEW > now && end <= now + LONGEST) return end + CLOCK_SKEW;
  }
  return undefined;
}

function isCurrentFor(conditions: unknown, audience: string, now: Instant): boolean {
  const from = attribute(conditions, 'NotBefore');
  const to = attribute(conditions, 'NotOnOrAfter');
  if (from !== undefined && !((instant(from) ?? Infinity) <= now + CLOCK_SKEW)) return false;
  if (to !== undefined && !((instant(to) ?? 0) + CLOCK_SKEW > now)) return false;
  const restrictions = children(conditions, 'AudienceRestriction');
  const isMeant = (restriction: unknown): boolean =>
    children(restriction, 'Audience').some((entry) => text(entry) === audience);
  // Every restriction has to hold (SAML Core §2.5.1.4), and without any it is made out to anybody.
  return restrictions.length > 0 && restrictions.every(isMeant);
}

function attributesOf(assertion: unknown): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const statement of children(assertion, 'AttributeStatement')) {
    for (const entry of children(statement, 'Attribute')) {
      const name = attribute(entry, 'Name');
      if (name === undefined) continue;
      const values = children(entry, 'AttributeValue').flatMap((value) => text(value) ?? []);
      found.set(name, [...(found.get(name) ?? []), ...values]);
    }
  }
  return found;
}

function children(element: unknown, name: string): readonly unknown[] {
  const found = member(element, name);
  return Array.isArray(found) ? found : [];
}

/** The child of a name of which there must not be two. */
function only(element: unknown, name: string): unknown {
  const found = children(element, name);
  return found.length === 1 ? found[0] : undefined;
}

function attribute(element: unknown, name: string): string | undefined {
  const value = member(member(element, '$'), name);
  return typeof value === 'string' ? value : undefined;
}

function text(element: unknown): string | undefined {
  const value = member(element, '_');
  return typeof value === 'string' ? value.trim() : undefined;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** `xs:dateTime` in UTC, which SAML Core §1.3.3 demands. */
const UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

function instant(value: string | undefined): Instant | undefined {
  if (value === undefined || !UTC.test(value)) return undefined;
  const at = Date.parse(value.replace(/(\.\d{3})\d+Z$/, '$1Z'));
  return Number.isNaN(at) ? undefined : at;
}
