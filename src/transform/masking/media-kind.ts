import { isEnveloped } from '../../wire/http/grpc.ts';

/** How content of a media type is read. `opaque`: nobody here reads it. */
export type MediaKind = 'json' | 'json-lines' | 'events' | 'form' | 'multipart' | 'csv' | 'markup' | 'text' | 'opaque';

/** By essence; suffixes and `text/*` come after. */
const BY_ESSENCE: ReadonlyMap<string, MediaKind> = new Map<string, MediaKind>([
  ...all('json', 'application/json', 'text/json', 'application/x-json', 'application/json-seq', 'application/csp-report'),
  ...all(
    'json-lines',
    'application/x-ndjson',
    'application/ndjson',
    'application/jsonl',
    'application/x-jsonlines',
    'application/jsonlines',
    'application/json-lines',
    'application/x-json-stream',
  ),
  ...all('events', 'text/event-stream'),
  ...all('form', 'application/x-www-form-urlencoded'),
  ...all('csv', 'text/csv', 'application/csv', 'text/tab-separated-values'),
  ...all('markup', 'application/xml', 'text/xml', 'text/html', 'application/xml-dtd'),
  ...all(
    'text',
    'application/javascript',
    'application/ecmascript',
    'application/x-javascript',
    'application/typescript',
    'application/yaml',
    'application/x-yaml',
    'application/toml',
    'application/graphql',
    'application/sql',
    'application/sparql-query',
    'application/x-sh',
    'application/x-httpd-php',
    'application/n-triples',
    'application/n-quads',
    'application/trig',
    'application/jwt',
    'application/pem-certificate-chain',
    'application/x-pem-file',
    'application/openmetrics-text',
  ),
]);

/**
 * How content is read, by its media type. What no table knows is opaque: to read it as text would be to claim that nothing
 * else is in it.
 *
 * @param essence in lower case, without parameters
 * @source RFC 6839 (structured suffixes), IANA media types
 */
export function mediaKindOf(essence: string): MediaKind {
  const known = BY_ESSENCE.get(essence);
  if (known !== undefined) return known;
  if (essence.startsWith('multipart/')) return 'multipart';
  if (isEnveloped(essence)) return 'opaque';
  if (essence.endsWith('+json')) return 'json';
  if (essence.endsWith('+xml')) return 'markup';
  if (essence.endsWith('+yaml')) return 'text';
  return essence.startsWith('text/') ? 'text' : 'opaque';
}

function all(kind: MediaKind, ...essences: readonly string[]): (readonly [string, MediaKind])[] {
  return essences.map((essence) => [essence, kind] as const);
}
