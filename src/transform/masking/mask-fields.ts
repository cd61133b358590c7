import type { RawFields } from '../../core/exchange/reply-sink.ts';
import { fromBytes } from '../../masking/media/bytes/text-bytes.ts';
import { sameBytes } from '../../masking/media/bytes/same-bytes.ts';
import { filterWhole } from '../../masking/media/filter-whole.ts';
import type { Masking } from '../../masking/masker.ts';
import { isFieldValue } from '../../wire/http/fields.ts';
import { maskTarget } from './mask-target.ts';
import { maskingTexts } from './text-filters.ts';

/**
 * Fields by which a message is framed, routed, negotiated and kept, in lower case: they say how it is read, their grammar
 * leaves no room for values of people, and a changed one would make another message of it.
 */
const OF_THE_MESSAGE: ReadonlySet<string> = new Set(
  `host via date age vary allow upgrade connection te trailer transfer-encoding expect
  content-length content-type content-encoding content-language content-range
  accept accept-charset accept-encoding accept-language accept-ranges accept-post accept-patch
  range if-range if-match if-none-match if-modified-since if-unmodified-since etag last-modified
  cache-control pragma expires retry-after strict-transport-security
  sec-websocket-key sec-websocket-accept sec-websocket-version sec-websocket-protocol sec-websocket-extensions
  traceparent alt-svc proxy-status cordon-exchange`.split(/\s+/),
);

/** Fields whose value is a URI: their values stand in path and query, percent-encoded. */
const URIS: ReadonlySet<string> = new Set(['referer', 'location', 'content-location', 'origin']);

/** Fields of an answer by which the client is recognised later, in lower case: masked they would be worth nothing to it. */
export const RECOGNISING_FIELDS: ReadonlySet<string> = new Set(['set-cookie', 'www-authenticate', 'authentication-info']);

/**
 * Field lines with their values masked, but for fields that say how the message itself is read.
 *
 * @param fields flat
 * @param kept further names that stay as they are, in lower case
 */
export function maskFields(fields: RawFields, masking: Masking, kept: ReadonlySet<string>): string[] {
  const masked: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i]!;
    const lower = name.toLowerCase();
    const isKept = OF_THE_MESSAGE.has(lower) || kept.has(lower);
    masked.push(name, isKept ? fields[i + 1]! : maskField(lower, fields[i + 1]!, masking));
  }
  return masked;
}

/**
 * The value of one field, masked.
 * @param name in lower case
 */
export function maskField(name: string, value: string, masking: Masking): string {
  if (value === '') return value;
  const text = URIS.has(name) ? maskTarget(value, { path: masking, query: masking }) : value;
  const octets = octetsOf(text);
  const filtered = filterWhole(maskingTexts(masking).value(name), octets);
  if (sameBytes(filtered, octets)) return text;
  const left = fromBytes(filtered).trim();
  // What is found may reach beyond what a field may hold, but nothing that replaces it does.
  return isFieldValue(left) ? left : '';
}

/** Field values are octets, one character each. */
function octetsOf(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i);
  return octets;
}
