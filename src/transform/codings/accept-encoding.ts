import { codingNamed, type ContentCoding } from './content-coding.ts';

/** What an `Accept-Encoding` field says (RFC 9110 §12.5.3). */
export interface AcceptedCodings {
  /** From 0, not acceptable, to 1, preferred; what is not listed is not acceptable. */
  readonly quality: Readonly<Record<ContentCoding, number>>;
  /** Of content without a coding; undefined where nothing is said: then it is acceptable, and liked least. */
  readonly identity: number | undefined;
}

/** One member of the list; weights have at most three decimals (RFC 9110 §12.4.2). */
const MEMBER = /^([!#$%&'*+.^_`|~\w-]+)(?:[\t ]*;[\t ]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/** What this gateway can undo, best first: the order in which equal weights are decided, and in which origins are asked. */
const PREFERENCE: readonly ContentCoding[] = ['zstd', 'br', 'gzip', 'deflate'];

/**
 * Reads the value of an `Accept-Encoding` field. Members that are not well-formed say nothing, and of several for one coding
 * the first counts. Without a field nothing is listed: such a client can be sent anything, but few can read it.
 */
export function parseAcceptEncoding(value: string | undefined): AcceptedCodings {
  const weights = new Map<string, number>();
  for (const member of (value ?? '').split(',')) {
    const match = MEMBER.exec(member.trim());
    if (match === null) continue;
    const name = match[1]!.toLowerCase();
    const key = codingNamed(name) ?? name;
    if (!weights.has(key)) weights.set(key, Number(match[2] ?? 1));
  }
  const others = weights.get('*');
  const of = (coding: ContentCoding): number => weights.get(coding) ?? others ?? 0;
  return {
    quality: { zstd: of('zstd'), br: of('br'), gzip: of('gzip'), deflate: of('deflate') },
    identity: weights.get('identity') ?? (others === 0 ? 0 : undefined),
  };
}

/**
 * The `Accept-Encoding` that goes to an origin whose answer must be read here: what the client accepts of what can be undone.
 * An origin that answers in anything else is refused.
 */
export function readableAcceptEncoding(value: string | undefined): string {
  const { quality, identity } = parseAcceptEncoding(value);
  const members = PREFERENCE.filter((coding) => quality[coding] > 0).map((coding) => weighted(coding, quality[coding]));
  if (identity !== undefined && members.length > 0) members.push(weighted('identity', identity));
  return members.length === 0 ? 'identity' : members.join(', ');
}

/** The one of these that the client likes best, in this order among equals; undefined when none is acceptable. */
export function preferredCoding(accepted: AcceptedCodings, among: readonly ContentCoding[]): ContentCoding | undefined {
  let best: ContentCoding | undefined;
  for (const coding of among) {
    if (accepted.quality[coding] > (best === undefined ? 0 : accepted.quality[best])) best = coding;
  }
  return best;
}

function weighted(name: string, quality: number): string {
  return quality === 1 ? name : `${name};q=${quality}`;
}
