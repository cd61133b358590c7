import type { FieldLines } from '../core/exchange/exchange.ts';
import { fieldValue } from '../wire/http/fields.ts';

/**
 * How a request is signed in a way that a change of its content or target would break; undefined when it is not, as far as is
 * known. A bare digest (`Content-Digest`) is no signature: it is dropped with the content it was made of.
 *
 * @param target origin-form, with its query
 * @returns the name of the scheme, for the record: `aws-sigv4`, `http-message-signatures` …
 */
export function signatureScheme(target: string, fields: FieldLines): string | undefined {
  return schemeOfAuthorization(fieldValue(fields, 'authorization')) ?? schemeOfFields(fields) ?? schemeOfQuery(target);
}

/** What begins the value of `Authorization`. */
const BY_AUTHORIZATION: readonly (readonly [RegExp, string])[] = [
  [/^AWS4-HMAC-SHA256\b/i, 'aws-sigv4'],
  [/^AWS4-ECDSA-P256-SHA256\b/i, 'aws-sigv4a'],
  [/^AWS [^ ]+:/i, 'aws-sigv2'],
  [/^GOOG4-(?:HMAC|RSA)-SHA256\b/i, 'google-v4'],
  [/^SharedKey(?:Lite)? /i, 'azure-shared-key'],
  [/^Signature /i, 'http-signatures-cavage'],
  [/^OAuth .*\boauth_body_hash=/is, 'oauth1-body-hash'],
  [/^OAuth .*\boauth_signature=/is, 'oauth1'],
  [/^Hawk /i, 'hawk'],
  // Tencent TC3-HMAC-SHA256, Alibaba ACS3-HMAC-SHA256, Huawei SDK-HMAC-SHA256, Azure and Volcengine HMAC-SHA256 …
  [/^(?:[A-Z0-9]+-)?HMAC-SHA\d+\b/i, 'hmac'],
];

/** Fields that are nothing but a signature, or appear only with one; in lower case. */
const BY_FIELD: ReadonlyMap<string, string> = new Map([
  // RFC 9421 §4.1: without it, `Signature` is the field of the draft before.
  ['signature-input', 'http-message-signatures'],
  ['signature', 'http-signatures-cavage'],
  ['x-amz-content-sha256', 'aws-sigv4'],
  ['x-hub-signature-256', 'webhook-hmac'],
  ['x-hub-signature', 'webhook-hmac'],
  ['stripe-signature', 'webhook-hmac'],
  ['x-slack-signature', 'webhook-hmac'],
  ['x-shopify-hmac-sha256', 'webhook-hmac'],
  ['x-twilio-signature', 'webhook-hmac'],
  ['x-line-signature', 'webhook-hmac'],
  // Standard Webhooks, and Svix, where they come from.
  ['webhook-signature', 'webhook-hmac'],
  ['svix-signature', 'webhook-hmac'],
  // Open banking (RFC 7515 appendix F).
  ['x-jws-signature', 'detached-jws'],
]);

/** Query parameters; all names of a row must be there, in lower case. */
const BY_QUERY: readonly (readonly [readonly string[], string])[] = [
  [['x-amz-signature'], 'aws-sigv4'],
  [['x-goog-signature'], 'google-v4'],
  [['signature', 'awsaccesskeyid'], 'aws-sigv2'],
  [['signature', 'googleaccessid'], 'google-v2'],
  [['signature', 'key-pair-id'], 'cloudfront'],
  [['sig', 'sv'], 'azure-sas'],
  [['oauth_body_hash'], 'oauth1-body-hash'],
  [['oauth_signature'], 'oauth1'],
];

function schemeOfAuthorization(value: string | undefined): string | undefined {
  return value === undefined ? undefined : BY_AUTHORIZATION.find(([pattern]) => pattern.test(value))?.[1];
}

function schemeOfFields(fields: FieldLines): string | undefined {
  const names = new Set(fields.map(([name]) => name.toLowerCase()));
  for (const [name, scheme] of BY_FIELD) if (names.has(name)) return scheme;
  return undefined;
}

function schemeOfQuery(target: string): string | undefined {
  const start = target.indexOf('?');
  if (start < 0) return undefined;
  const names = new Set([...new URLSearchParams(target.slice(start)).keys()].map((name) => name.toLowerCase()));
  return BY_QUERY.find(([needed]) => needed.every((name) => names.has(name)))?.[1];
}
