import type { RawFields } from '../../core/exchange/reply-sink.ts';

/** Digests of content or of the representation: of what was transformed they are false, and senders would be told so. */
const DIGESTS: ReadonlySet<string> = new Set([
  // RFC 9530, and what it replaced (RFC 3230, RFC 2616 §14.15).
  'content-digest',
  'repr-digest',
  'digest',
  'content-md5',
  // Of storage services.
  'x-amz-content-sha256',
  'x-goog-hash',
  'x-ms-content-crc64',
  'x-ms-content-md5',
  'x-ms-blob-content-md5',
]);
const DIGEST_PREFIX = 'x-amz-checksum-';

/**
 * Whether a field carries a digest of the content.
 * @param name in lower case
 */
export function isDigestField(name: string): boolean {
  return DIGESTS.has(name) || name.startsWith(DIGEST_PREFIX);
}

/** Trailer fields without digests. */
export function withoutDigests(fields: RawFields): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (!isDigestField(fields[i]!.toLowerCase())) kept.push(fields[i]!, fields[i + 1]!);
  }
  return kept;
}

/** A `Trailer` value that announces no digest any more (RFC 9110 §6.6.2); empty when it announced nothing else. */
export function announcedTrailers(value: string): string {
  const names = value.split(',').map((name) => name.trim());
  return names.filter((name) => name !== '' && !isDigestField(name.toLowerCase())).join(', ');
}
