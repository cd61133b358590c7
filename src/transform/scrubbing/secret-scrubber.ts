import type { RawFields } from '../../core/exchange/reply-sink.ts';
import { concatenate, EMPTY } from '../../masking/media/bytes/concatenate.ts';
import type { TextFilter } from '../../masking/text-filter.ts';
import { spellingsOf } from './secret-spellings.ts';

const REPLACEMENT = new TextEncoder().encode('REDACTED_SECRET');

/** What a set of known secrets is looked for by; made once for all texts of an exchange. */
export class SecretPatterns {
  readonly spellings: readonly Uint8Array[];
  /** By first byte, longest first. */
  readonly byFirst: readonly (readonly Uint8Array[])[];
  readonly longest: number;

  /** @param secrets as they were injected; shorter ones than eight characters are not looked for */
  constructor(secrets: readonly string[]) {
    this.spellings = secrets.flatMap(spellingsOf).sort((a, b) => b.length - a.length);
    this.byFirst = Array.from({ length: 256 }, (_, byte) => this.spellings.filter(([first]) => first === byte));
    this.longest = this.spellings[0]?.length ?? 0;
  }
}

/**
 * Replaces secrets that are known byte for byte, in whatever framing they come (invariant 11). It holds back only what may be
 * the beginning of one.
 */
export class SecretScrubber implements TextFilter {
  readonly #patterns: SecretPatterns;
  readonly #onFound: () => void;
  #held: Uint8Array = EMPTY;

  constructor(patterns: SecretPatterns, onFound: () => void = () => {}) {
    this.#patterns = patterns;
    this.#onFound = onFound;
  }

  push(bytes: Uint8Array): Uint8Array {
    return this.#scrub(concatenate([this.#held, bytes]), false);
  }

  finish(): Uint8Array {
    return this.#scrub(this.#held, true);
  }

  #scrub(text: Uint8Array, isLast: boolean): Uint8Array {
    const parts: Uint8Array[] = [];
    let sent = 0;
    let at = 0;
    while (at < text.length) {
      const match = this.#matchAt(text, at, isLast);
      if (match === 'none') {
        at += 1;
        continue;
      }
      if (match === 'open') break;
      this.#onFound();
      parts.push(text.subarray(sent, at), REPLACEMENT);
      at += match;
      sent = at;
    }
    parts.push(text.subarray(sent, at));
    this.#held = text.slice(at);
    return concatenate(parts);
  }

  /** Length of the secret that begins here; `open` where only what comes next can tell. */
  #matchAt(text: Uint8Array, at: number, isLast: boolean): number | 'none' | 'open' {
    for (const spelling of this.#patterns.byFirst[text[at]!]!) {
      const end = Math.min(text.length, at + spelling.length);
      let i = at + 1;
      while (i < end && text[i] === spelling[i - at]) i += 1;
      if (i < end) continue;
      if (end - at === spelling.length) return spelling.length;
      // A shorter one may be whole here; which of them it is the next bytes decide.
      if (!isLast) return 'open';
    }
    return 'none';
  }
}

/** Fields without known secrets: names as well, since an origin may write what it likes. */
export function scrubbedFields(fields: RawFields, patterns: SecretPatterns, onFound: () => void): RawFields {
  return fields.map((text) => scrubbed(text, patterns, onFound));
}

/** A text with known secrets replaced. */
export function scrubbed(text: string, patterns: SecretPatterns, onFound: () => void = () => {}): string {
  if (patterns.longest === 0) return text;
  const scrubber = new SecretScrubber(patterns, onFound);
  return Buffer.concat([scrubber.push(Buffer.from(text, 'utf8')), scrubber.finish()]).toString('utf8');
}
