import type { Bytes } from '../../core/units.ts';

/**
 * What decoders and encoders of all exchanges may use in sum. A single one is small beside it, but whoever makes an origin
 * answer in large windows, a thousand times at once, must be refused before memory is gone.
 */
export class CodingMemory {
  readonly #limit: Bytes;
  #used: Bytes = 0;

  constructor(limit: Bytes) {
    this.#limit = limit;
  }

  get used(): Bytes {
    return this.#used;
  }

  /** The share of one decoder or encoder, empty at first. */
  share(): CodingShare {
    let held: Bytes = 0;
    return {
      hold: (bytes) => {
        const more = bytes - held;
        if (more <= 0) return true;
        if (this.#used + more > this.#limit) return false;
        this.#used += more;
        held = bytes;
        return true;
      },
      release: () => {
        this.#used -= held;
        held = 0;
      },
    };
  }
}

export interface CodingShare {
  /** Grows the share to this size; false when there is no room. */
  hold(bytes: Bytes): boolean;
  /** Gives everything back. */
  release(): void;
}
