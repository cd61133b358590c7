import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { TextFilter } from '../../masking/text-filter.ts';
import { UnreadableContent } from '../../masking/unreadable.ts';
import { Sniffer } from '../codings/sniff.ts';

/** What happens to content that its fields call text, and that is none: see `sniffCoding()`. */
export type Mislabelled = 'refuse' | 'pass';

/** One message's way through its filter: what is no text is refused, and a defect of the filter ends this exchange alone. */
export class TextStep {
  readonly #filter: TextFilter;
  readonly #sniffer: Sniffer | undefined;

  constructor(filter: TextFilter, mislabelled: Mislabelled) {
    this.#filter = filter;
    this.#sniffer = mislabelled === 'refuse' ? new Sniffer() : undefined;
  }

  /** @failure unreadable_content | internal_error */
  push(bytes: Uint8Array): Result<Uint8Array, Failure> {
    const found = this.#sniffer?.look(bytes);
    if (found === undefined) return guarded(() => this.#filter.push(bytes));
    return fail({ code: 'unreadable_content', detail: FOUND[found] });
  }

  /** @failure unreadable_content | internal_error */
  finish(): Result<Uint8Array, Failure> {
    return guarded(() => this.#filter.finish());
  }
}

const FOUND = {
  gzip: 'Found gzip data that no Content-Encoding tells of',
  zstd: 'Found zstd data that no Content-Encoding tells of',
  nul: 'Found NUL bytes in content that is called text',
} as const;

// It runs in callbacks of sockets: what it threw there would end the process, and every other exchange with it.
function guarded(run: () => Uint8Array): Result<Uint8Array, Failure> {
  try {
    return ok(run());
  } catch (error) {
    if (error instanceof UnreadableContent) return fail({ code: 'unreadable_content', detail: error.detail });
    return fail({ code: 'internal_error', detail: `The filter failed: ${error instanceof Error ? error.name : 'unknown'}` });
  }
}
