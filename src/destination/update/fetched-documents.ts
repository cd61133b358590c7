import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes, Instant, Milliseconds } from '../../core/units.ts';
import type { DocumentLocation, SourceDocument, UpdateSource } from './source.ts';

/** Bounds of one request. */
export interface FetchLimits {
  readonly maxBytes: Bytes;
  readonly timeout: Milliseconds;
}

export interface FetchOptions extends FetchLimits {
  /**
   * The publisher wants account and licence key. It may redirect once, to one of these hosts, which gets neither; every other
   * redirect is a failure.
   */
  readonly licensed?: { readonly redirectsTo: readonly string[] };
}

export interface Fetched {
  readonly bytes: Uint8Array;
  readonly etag?: string;
  /** The field as sent. */
  readonly lastModified?: string;
}

/** Gets a document, under the gateway's own policy; a status other than 200, or a longer body, is a failure. */
export type Fetch = (url: string, options: FetchOptions) => Promise<Result<Fetched, Failure>>;

/** Of one request; the lists have a few megabytes. */
const FETCH_TIMEOUT: Milliseconds = 120_000;
/** Of a page that only links to the document. */
const MAX_PAGE_BYTES: Bytes = 4 * 1024 * 1024;

/** The documents of a source, in its order; the failure names the address that did not give one. */
export async function fetchDocuments(
  source: UpdateSource,
  fetch: Fetch,
  now: Instant,
): Promise<Result<readonly SourceDocument[], string>> {
  const documents: SourceDocument[] = [];
  for (const location of source.documents) {
    const document = await fetchLocation(location, source, fetch, now);
    if (!document.ok) return document;
    documents.push(document.value);
  }
  return ok(documents);
}

async function fetchLocation(
  location: DocumentLocation,
  { maxBytes }: UpdateSource,
  fetch: Fetch,
  now: Instant,
): Promise<Result<SourceDocument, string>> {
  switch (location.kind) {
    case 'fixed':
      return fetchDocument(location.url, maxBytes, fetch);
    case 'licensed':
      return fetchDocument(location.url, maxBytes, fetch, { redirectsTo: location.redirectsTo });
    case 'monthly': {
      const [current, before] = lastMonths(now).map((month) => location.template.replace('{month}', month));
      const document = await fetchDocument(current ?? '', maxBytes, fetch);
      return document.ok ? document : fetchDocument(before ?? '', maxBytes, fetch);
    }
    case 'linked': {
      const page = await fetchDocument(location.page, MAX_PAGE_BYTES, fetch);
      if (!page.ok) return page;
      const link = location.link.exec(new TextDecoder().decode(page.value.bytes));
      if (link === null) return fail(`${location.page}: found no link to the document`);
      return fetchDocument(link[0], maxBytes, fetch);
    }
  }
}

async function fetchDocument(
  url: string,
  maxBytes: Bytes,
  fetch: Fetch,
  licensed?: FetchOptions['licensed'],
): Promise<Result<SourceDocument, string>> {
  const fetched = await fetch(url, { maxBytes, timeout: FETCH_TIMEOUT, ...(licensed !== undefined && { licensed }) });
  if (!fetched.ok) return fail(`${url}: ${fetched.failure.code}: ${fetched.failure.detail}`);
  const { bytes, lastModified } = fetched.value;
  // The port promises it; a table must not depend on the promise.
  if (bytes.length > maxBytes) return fail(`${url}: found ${bytes.length} bytes, expected at most ${maxBytes}`);
  if (bytes.length === 0) return fail(`${url}: found an empty document`);
  const modifiedAt = lastModified === undefined ? Number.NaN : Date.parse(lastModified);
  return ok({ url, bytes, ...(!Number.isNaN(modifiedAt) && { lastModified: modifiedAt }) });
}

/** The month of an instant and the one before, `YYYY-MM`, UTC. */
function lastMonths(now: Instant): readonly [string, string] {
  const date = new Date(now);
  const before = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, 1));
  return [date.toISOString().slice(0, 7), before.toISOString().slice(0, 7)];
}
