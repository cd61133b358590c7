/**
 * Which geography an Amazon Bedrock model reference runs in. The reference stands in the path (`/model/{id}/converse`) and is
 * a model id (`anthropic.claude-…`: in the region), an inference profile (`eu.anthropic.claude-…`: in that geography), or the
 * ARN of either.
 *
 * @source https://docs.aws.amazon.com/bedrock/latest/userguide/cross-region-inference.html
 */

/** `regional`, the prefix of a system-defined inference profile, or `other` for everything whose routing the id does not show. */
export type BedrockGeography = 'regional' | 'other' | (typeof PROFILES)[number];

const PROFILES = ['eu', 'us', 'us-gov', 'apac', 'jp', 'au', 'ca', 'global'] as const;

/** First labels of model ids: the makers whose models Bedrock serves. One that is missing here reads as `other`. */
const MAKERS: ReadonlySet<string> = new Set(
  (
    'ai21 amazon anthropic cohere deepseek google luma meta minimax mistral moonshot moonshotai nvidia openai qwen ' +
    'stability twelvelabs writer zai'
  ).split(' '),
);

const MODEL_PATH = /^\/model\/([^/]{1,2048})\/[a-z-]{1,64}$/;
const MODEL_REFERENCE = /^[A-Za-z0-9._:/-]{1,2048}$/;
const ARN = /^arn:aws[a-z-]*:bedrock:([a-z0-9-]{1,32}):\d{0,12}:(foundation-model|inference-profile)\/([A-Za-z0-9._:-]+)$/;

/**
 * The geography that a request to `bedrock-runtime` names. Everything but the one form `/model/{id}/{operation}` is `other`,
 * and the id is unescaped once: what still holds an escape then is read differently by different parsers.
 *
 * @param path path of the request target, raw or canonical; ARNs need the raw one, since `%2F` has no canonical form
 * @param region the region in the host name: an ARN of another region does not run here
 */
export function bedrockGeography(path: string, region: string): BedrockGeography {
  const segment = MODEL_PATH.exec(path)?.[1];
  const reference = segment === undefined ? undefined : unescapeOnce(segment);
  if (reference === undefined || !MODEL_REFERENCE.test(reference)) return 'other';
  if (!reference.startsWith('arn:')) return geographyOfId(reference);

  const arn = ARN.exec(reference);
  if (arn === null || arn[1] !== region) return 'other';
  const geography = geographyOfId(arn[3]!);
  const isProfile = arn[2] === 'inference-profile';
  return (geography === 'regional') === isProfile ? 'other' : geography;
}

function geographyOfId(id: string): BedrockGeography {
  const first = id.split('.', 1)[0]!;
  if (first.length === id.length || id.includes('/')) return 'other';
  if (MAKERS.has(first)) return 'regional';
  return PROFILES.find((profile) => profile === first) ?? 'other';
}

function unescapeOnce(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
