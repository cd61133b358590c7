import { createHash, createHmac } from 'node:crypto';
import type { RawFields } from '../core/exchange/reply-sink.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Instant } from '../core/units.ts';

// Signature Version 4 as AWS documents it: "Create a signed AWS API request", IAM User Guide.

export interface AwsCredential {
  readonly id: string;
  readonly key: string;
  readonly sessionToken: string | undefined;
}

/** What is signed for, with what, and when. */
export interface Signing extends AwsCredential {
  readonly service: string;
  readonly region: string;
  readonly now: Instant;
}

export interface Signable {
  readonly method: string;
  readonly target: string;
  readonly fields: RawFields;
  readonly digest?: string | undefined;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const EMPTY_DIGEST = sha256('');
/** What S3 takes instead of the digest of content that is streamed, over TLS alone. */
const UNSIGNED = 'UNSIGNED-PAYLOAD';
/** Fields of an earlier signature, and what only this one may say. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'authorization',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
]);
/** What a hop may add or change behind the one that signs. */
const UNSIGNED_FIELDS: ReadonlySet<string> = new Set(['via', 'user-agent', 'connection', 'expect', 'transfer-encoding', 'te']);

/**
 * The parts of `ID:SECRET` or `ID:SECRET:SESSION-TOKEN`.
 * @failure a sentence, without any of it
 */
export function awsCredential(secret: string): Result<AwsCredential, string> {
  const [id = '', key = '', ...token] = secret.split(':');
  if (id === '' || key === '') return fail('Its value is not of the form ID:SECRET or ID:SECRET:SESSION-TOKEN');
  return ok({ id, key, sessionToken: token.length === 0 ? undefined : token.join(':') });
}

/** The fields with those of a signature; an earlier one is dropped. */
export function signedFields(request: Signable, signing: Signing): RawFields {
  const date = new Date(signing.now).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const digest = request.digest ?? (signing.service === 's3' ? UNSIGNED : EMPTY_DIGEST);
  const fields = [
    ...withoutOwn(request.fields),
    'x-amz-date',
    date,
    ...(signing.service === 's3' ? ['x-amz-content-sha256', digest] : []),
    ...(signing.sessionToken === undefined ? [] : ['x-amz-security-token', signing.sessionToken]),
  ];
  return [...fields, 'authorization', authorization({ ...request, fields }, signing, { date, digest })];
}

function authorization(
  { method, target, fields }: Signable,
  { id, key, service, region }: Signing,
  { date, digest }: { readonly date: string; readonly digest: string },
): string {
  const { lines, names } = canonicalFields(fields);
  const at = target.indexOf('?');
  const [path, query] = at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
  const canonical = [method, canonicalPath(path, service), canonicalQuery(query), lines, '', names, digest].join('\n');
  const day = date.slice(0, 8);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = [ALGORITHM, date, scope, sha256(canonical)].join('\n');
  const signingKey = [day, region, service, 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${key}`, 'utf8'));
  const signature = hmac(signingKey, text).toString('hex');
  return `${ALGORITHM} Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
}

/** A line for each name, sorted; values of one name joined, runs of spaces made one. */
function canonicalFields(fields: RawFields): { readonly lines: string; readonly names: string } {
  const values = new Map<string, string[]>();
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i]!.toLowerCase();
    if (UNSIGNED_FIELDS.has(name)) continue;
    const value = fields[i + 1]!.trim().replaceAll(/ +/g, ' ');
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    lines: sorted.map(([name, all]) => `${name}:${all.join(',')}`).join('\n'),
    names: sorted.map(([name]) => name).join(';'),
  };
}

/** Every service but S3 has the path normalised, and its segments encoded once more than they are on the wire. */
function canonicalPath(path: string, service: string): string {
  if (service === 's3')
    return path
      .split('/')
      .map((segment) => encoded(decoded(segment)))
      .join('/');
  return normalised(path)
    .split('/')
    .map((segment) => encoded(segment))
    .join('/');
}

/** RFC 3986 §5.2.4, and no empty segments. */
function normalised(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const isFolder = kept.length > 0 && /\/(?:\.{1,2})?$/.test(path);
  return `/${kept.join('/')}${isFolder ? '/' : ''}`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [encoded(decoded(name)), encoded(decoded(value))] as const;
    })
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** All but the unreserved characters of RFC 3986 §2.3. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function withoutOwn(fields: RawFields): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (!OWN_FIELDS.has(fields[i]!.toLowerCase())) kept.push(fields[i]!, fields[i + 1]!);
  }
  return kept;
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
