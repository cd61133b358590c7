/** What content is whose field says nothing (RFC 9110 §8.3). */
const UNLABELLED = 'application/octet-stream';

/**
 * The media type of content, in lower case and without parameters (RFC 9110 §8.3.1).
 * @param contentType value of its Content-Type field; absent where there is none
 */
export function mediaTypeOf(contentType: string | undefined): string {
  const [essence = ''] = (contentType ?? UNLABELLED).split(';', 1);
  return essence.trim().toLowerCase();
}
