import type { OwnAnswer } from '../../app/egress/pinned-exchange.ts';
import { hostText } from '../../core/address.ts';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Fetched, FetchLimits, FetchOptions } from '../../destination/update/fetched-documents.ts';
import { type AbsoluteForm, parseAbsoluteForm } from '../../wire/http/request-target.ts';

/** An account at one publisher; it goes to no other host. */
export interface Account {
  /** Canonical name. */
  readonly host: string;
  /** The whole value of an Authorization field. */
  readonly authorization: string;
}

/** One request, judged like any agent's; with the Authorization field, if one is given. */
export type Hop = (form: AbsoluteForm, limits: FetchLimits, authorization?: string) => Promise<Result<OwnAnswer, Failure>>;

/** The status of an answer that brings a document. */
export const DOCUMENT = 200;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What the publisher's refusals of an account mean. */
const REFUSALS: Readonly<Record<number, string>> = {
  401: 'account or licence key (geo.maxmind) is wrong',
  403: 'the account (geo.maxmind) has no right to this edition',
  429: 'the account (geo.maxmind) has used up the downloads of today',
};

/**
 * Gets a document. A licensed one may redirect once, to a host that its source names and over https; the Authorization field
 * stays behind, and no failure repeats it or the address that was redirected to, which is a key for some minutes.
 */
export async function getDocument(
  url: string,
  options: FetchOptions,
  hop: Hop,
  account: Account | undefined,
): Promise<Result<Fetched, Failure>> {
  const form = parseAbsoluteForm(url);
  if (!form.ok) return fail({ code: 'malformed_request', detail: form.failure });
  const { licensed } = options;
  if (licensed === undefined) return documentOf(await hop(form.value, options));
  if (account === undefined || !belongsTo(form.value, account))
    return fail({ code: 'no_rule', detail: 'No account (geo.maxmind) for this publisher' });

  const reply = await hop(form.value, options, account.authorization);
  if (!reply.ok || !REDIRECTS.has(reply.value.status)) return documentOf(reply, REFUSALS);
  const target = redirectTarget(reply.value.fields['location'], licensed.redirectsTo);
  return target.ok ? documentOf(await hop(target.value, options)) : target;
}

function belongsTo({ scheme, authority }: AbsoluteForm, { host }: Account): boolean {
  return scheme === 'https' && authority.port === 443 && hostText(authority.host) === host;
}

function redirectTarget(location: string | undefined, hosts: readonly string[]): Result<AbsoluteForm, Failure> {
  const form = parseAbsoluteForm(location ?? '');
  if (!form.ok || form.value.scheme !== 'https' || form.value.authority.port !== 443)
    return fail({ code: 'origin_protocol', detail: 'Found a redirect to what is no https address' });
  const host = hostText(form.value.authority.host);
  if (hosts.includes(host)) return form;
  return fail({ code: 'origin_protocol', detail: `Found a redirect to ${host}, expected one to ${hosts.join(' or ')}` });
}

function documentOf(
  reply: Result<OwnAnswer, Failure>,
  meanings: Readonly<Record<number, string>> = {},
): Result<Fetched, Failure> {
  if (!reply.ok) return reply;
  const { status, fields, content } = reply.value;
  if (status === DOCUMENT) {
    const { etag, 'last-modified': lastModified } = fields;
    return ok({ bytes: content, ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }) });
  }
  const meaning = meanings[status] === undefined ? '' : `: ${meanings[status]}`;
  return fail({ code: 'origin_protocol', detail: `Found status ${status}, expected ${DOCUMENT}${meaning}` });
}
