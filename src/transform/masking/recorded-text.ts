import { BoundedMap } from '../../core/bounded-map.ts';
import { GROUPS } from '../../masking/catalogue.ts';
import { Findings } from '../../masking/finding.ts';
import type { Masking } from '../../masking/masker.ts';
import { createReplacer, type Replacer } from '../../masking/strategies/replacer.ts';
import { filterWhole } from '../../masking/media/filter-whole.ts';
import { decodeText, toBytes } from '../../masking/media/bytes/text-bytes.ts';
import { detectionFor } from './detections.ts';
import { maskPath } from './mask-target.ts';
import { maskingTexts } from './text-filters.ts';

/** What is masked in every record and every preview, whatever the rules say (contract §4.1.14). */
export const RECORDED_ENTITIES: readonly string[] = [
  ...new Set(['pii', 'secrets'].flatMap((group) => GROUPS.get(group) ?? [])),
].sort();

/**
 * Whether anything can be in a target: an address, an encoded character, a named value, four digits, or a word as long as
 * secrets are. Nearly all targets of APIs have none of these, and are not looked through.
 */
const MAY_HOLD_VALUES = /[@%:=]|[^/?&]{15}|\d\D*\d\D*\d\D*\d/;

type Prepared = Omit<Masking, 'findings'>;

/** All secrets that are addresses have it in host or path: who knows the address of a webhook may post to it. */
const MAY_BE_WEBHOOK = /hook/i;

let paths: Prepared | undefined;
let addresses: Prepared | undefined;
let sentences: Prepared | undefined;

/** Compiles what texts are looked through for, so that no exchange waits for it. */
export function prepareRecordedTexts(): void {
  inPaths();
  inAddresses();
  inSentences();
}

/** A path, or a target without its query values, as it may be kept: values that are found are redacted. */
export function recordedPath(path: string): string {
  if (!MAY_HOLD_VALUES.test(path)) return path;
  const segments = path.split('/').map((segment) => (MAY_HOLD_VALUES.test(segment) ? maskPath(segment, inPaths()) : segment));
  return segments.join('/');
}

/**
 * Origin and path as they may be kept: the path by its segments, and what is a secret with its host alone. The origin itself
 * stays: where data goes is what a record is kept for.
 */
export function recordedAddress(origin: string, path: string): string {
  const isPlain = !MAY_BE_WEBHOOK.test(origin) && !MAY_BE_WEBHOOK.test(path);
  return origin + recordedPath(isPlain ? path : withoutWebhook(origin, path));
}

function withoutWebhook(origin: string, path: string): string {
  const whole = origin + path;
  const masked = decodeText(filterWhole(maskingTexts(inAddresses()).value(''), toBytes(whole)));
  if (masked === whole) return path;
  let same = 0;
  while (masked[same] === whole[same]) same += 1;
  return `/${masked.slice(same)}`;
}

/** RFC 9110 §8.3.1: two tokens, here in lower case, and no longer than RFC 6838 §4.2 lets them be registered. */
const MEDIA_TYPE = /^[!#$%&'*+.^_`|~0-9a-z-]{1,127}\/[!#$%&'*+.^_`|~0-9a-z-]{1,127}$/;

/** What came of media types lately: there are few of them, and a long one takes longer to be looked through than to be decided on. */
const MEDIA_TYPES = new BoundedMap<string, string>(256);

/** A media type as it may be kept; undefined where it is none. Agents choose it, so it can hold what any text can. */
export function recordedMediaType(mediaType: string): string | undefined {
  const known = MEDIA_TYPES.get(mediaType);
  if (known !== undefined) return known;
  const text = MEDIA_TYPE.test(mediaType) ? recordedPath(mediaType) : undefined;
  if (text !== undefined) MEDIA_TYPES.set(mediaType, text);
  return text;
}

/** No identifier is without a digit or an `@`, and a sentence of ours holds no secret that an agent has not put into it. */
const MAY_QUOTE_VALUES = /[@\d]/;

/** A sentence as it may be kept. It may quote what the agent wrote: the name of a coding, a charset, a field, a server name. */
export function recordedSentence(sentence: string): string {
  if (!MAY_QUOTE_VALUES.test(sentence)) return sentence;
  return decodeText(filterWhole(maskingTexts(inSentences()).value(''), toBytes(sentence)));
}

function inPaths(): Masking {
  paths ??= prepare(RECORDED_ENTITIES);
  return { ...paths, findings: new Findings() };
}

function inAddresses(): Masking {
  addresses ??= prepare(RECORDED_ENTITIES.filter((entity) => entity.endsWith('-webhook')));
  return { ...addresses, findings: new Findings() };
}

/** Which addresses a name led to, and which did not answer, is what a record of where data goes is kept for. */
function inSentences(): Masking {
  const everywhere = inPaths();
  sentences ??= { ...everywhere, replacer: sparing('ip-address', everywhere.replacer) };
  return { ...sentences, findings: new Findings() };
}

/** Leaves the values of one entity as they are, so that what is looked for need not be compiled again without it. */
function sparing(spared: string, replacer: Replacer): Replacer {
  return {
    redact: (entity) => replacer.redact(entity),
    fixed: (entity, kind) => (entity === spared ? undefined : replacer.fixed(entity, kind)),
    replace: (entity, value, kind) => (entity === spared ? value.slice() : replacer.replace(entity, value, kind)),
  };
}

function prepare(entities: readonly string[]): Prepared {
  return {
    detection: detectionFor(entities, []),
    replacer: createReplacer(new Map(entities.map((entity) => [entity, 'redact'])), { hash: () => new Uint8Array(32) }),
  };
}
