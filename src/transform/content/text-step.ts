import type { Failure } from '../../core/codes.ts';
import { defectDetail } from '../../core/defect.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { partsOf, type TextFilter } from '../../masking/text-filter.ts';
import { UnreadableContent } from '../../masking/unreadable.ts';
import { gather } from '../../masking/media/bytes/gather.ts';
import { Sniffer } from '../codings/sniff.ts';

/**
 * What happens to content that its fields call text, and that is none: see `sniffCoding()`. `pass` is for filters that need not
 * see everything: it goes on as it came, as what they cannot read from its first piece on does.
 */
export type Mislabelled = 'refuse' | 'pass';

/** Content in as many pieces as it takes not to copy it; some may be empty. */
export type Pieces = readonly Uint8Array[];

/** How content is told from what is only called so. */
export interface TextReading {
  readonly mislabelled: Mislabelled;
  /** Whether NUL bytes are a part of the text, as in UTF-16. */
  readonly mayHoldNul?: boolean;
}

/** One message's way through its filter: what is no text does not get into it, and a defect of it ends this exchange alone. */
export class TextStep {
  readonly #filter: TextFilter;
  readonly #reading: TextReading;
  readonly #sniffer = new Sniffer();
  /** Where it is in the message; `past`: the filter is left out from here on. */
  #state: 'beginning' | 'within' | 'past' = 'beginning';

  constructor(filter: TextFilter, reading: TextReading) {
    this.#filter = filter;
    this.#reading = reading;
  }

  /**
   * @returns what can be sent on, in order; pieces that nothing was changed in are views of `bytes`
   * @failure unreadable_content | internal_error
   */
  push(bytes: Uint8Array): Result<Pieces, Failure> {
    if (this.#state === 'past') return ok([bytes]);
    const { mislabelled, mayHoldNul = false } = this.#reading;
    const found = this.#sniffer.look(bytes);
    const isText = found === undefined || (found === 'nul' && mayHoldNul);
    if (isText) return this.#filtered(bytes);
    if (mislabelled === 'refuse') return unreadable(FOUND[found]);
    this.#state = 'past';
    return guarded(() => [this.#filter.finish(), bytes]);
  }

  /** @failure unreadable_content | internal_error */
  finish(): Result<Pieces, Failure> {
    return this.#state === 'past' ? ok([]) : guarded(() => [this.#filter.finish()]);
  }

  #filtered(bytes: Uint8Array): Result<Pieces, Failure> {
    const filtered = guarded(() => gather(partsOf(this.#filter, bytes)));
    const isFirst = this.#state === 'beginning';
    this.#state = 'within';
    if (filtered.ok || filtered.failure.code !== 'unreadable_content') return filtered;
    if (this.#reading.mislabelled === 'refuse' || !isFirst) return filtered;
    // Nothing of it is held in the filter that is not in this piece.
    this.#state = 'past';
    return ok([bytes]);
  }
}

const FOUND = {
  gzip: 'Found gzip data that no Content-Encoding tells of',
  zstd: 'Found zstd data that no Content-Encoding tells of',
  nul: 'Found NUL bytes in content that is called text',
} as const;

// It runs in callbacks of sockets: what it threw there would end the process, and every other exchange with it.
function guarded(run: () => Pieces): Result<Pieces, Failure> {
  try {
    return ok(run());
  } catch (error) {
    if (error instanceof UnreadableContent) return unreadable(error.detail);
    return fail({ code: 'internal_error', detail: `The filter failed: ${defectDetail(error)}` });
  }
}

function unreadable(detail: string): Result<never, Failure> {
  return fail({ code: 'unreadable_content', detail });
}
