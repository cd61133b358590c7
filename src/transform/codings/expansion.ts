import type { Failure } from '../../core/codes.ts';
import type { Bytes } from '../../core/units.ts';

/** How much may come out of coded content. Streaming zlib limits nothing itself. */
export interface ExpansionLimits {
  /** Most bytes of a layer of codings and of the content itself; `Infinity` where the rule sets no bound. */
  readonly size: Bytes;
  /** Most bytes that come out for each that went in. */
  readonly ratio: number;
  /** Up to here the ratio does not count: short content of one kind shrinks as much as a bomb. */
  readonly ratioFrom: Bytes;
}

/** Text of one's own making reaches 20:1, logs 50:1; 10 MiB of zeros are 1000:1 in gzip and 500 000:1 in brotli. */
export const RATIO_LIMIT: Omit<ExpansionLimits, 'size'> = { ratio: 200, ratioFrom: 1024 * 1024 };

/** Counts what goes into the decoders of one message and what comes out, all of them together: stacking gains nothing. */
export class ExpansionMeter {
  readonly #limits: ExpansionLimits;
  #arrived: Bytes = 0;

  constructor(limits: ExpansionLimits) {
    this.#limits = limits;
  }

  /** Told of content as it came. */
  arrive(bytes: Bytes): void {
    this.#arrived += bytes;
  }

  /** @param decoded all that has come out of one decoder @failure content_too_large */
  exceeded(decoded: Bytes): Failure | undefined {
    const { size, ratio, ratioFrom } = this.#limits;
    if (decoded > size) return tooLarge(`Found more than ${size} bytes of decoded content`);
    if (decoded <= ratioFrom || decoded <= ratio * this.#arrived) return undefined;
    return tooLarge(`Found ${this.#arrived} bytes that decode to more than ${ratio} times as many`);
  }
}

function tooLarge(detail: string): Failure {
  return { code: 'content_too_large', detail };
}
