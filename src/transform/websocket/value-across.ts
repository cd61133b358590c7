import type { Bytes } from '../../core/units.ts';
import type { Detection } from '../../masking/scanning/detection.ts';
import { Scanner, type Sink } from '../../masking/scanning/scanner.ts';

/** A value that begins before a message. */
export interface ValueAcross {
  /** Id of the entity. */
  readonly entity: string;
  /** How many bytes before the message belong to it. */
  readonly before: Bytes;
  /** How many bytes of the message belong to it. */
  readonly length: Bytes;
}

/** How much of what was sent before is looked at with a message: a private key comes line by line. */
export const TAIL: Bytes = 4 * 1024;

/** As {@link valueAcross}; the whole of a long message is looked at only where a value reaches far into it. */
export function valueInto(detection: Detection, before: Uint8Array, message: Uint8Array): ValueAcross | undefined {
  if (before.length === 0) return undefined;
  const near = message.subarray(0, TAIL);
  const across = valueAcross(detection, before, near);
  return across?.length === near.length && near.length < message.length ? valueAcross(detection, before, message) : across;
}

/**
 * The value that begins in what was sent before a message and goes on in it; undefined when none does.
 *
 * @param before the end of what was sent, as it came
 */
export function valueAcross(detection: Detection, before: Uint8Array, message: Uint8Array): ValueAcross | undefined {
  const border = before.length;
  const text = new Uint8Array(border + message.length);
  text.set(before);
  text.set(message, border);
  const crossing = new Crossing(border);
  new Scanner(detection, crossing).scan(text, 0, 0, true);
  const { value } = crossing;
  return (
    value && {
      entity: detection.entities[value.entity]!.id,
      before: border - value.start,
      length: value.end - border,
    }
  );
}

/** Keeps the one value that lies across a border. */
class Crossing implements Sink {
  value: { readonly entity: number; readonly start: number; readonly end: number } | undefined;
  readonly #border: number;
  #opened: { readonly entity: number; readonly start: number } | undefined;

  constructor(border: number) {
    this.#border = border;
  }

  found(entity: number, start: number, end: number): void {
    if (start < this.#border && end > this.#border) this.value = { entity, start, end };
  }

  opened(entity: number, start: number): void {
    this.#opened = { entity, start };
  }

  closed(end: number): void {
    if (this.#opened !== undefined) this.found(this.#opened.entity, this.#opened.start, end);
    this.#opened = undefined;
  }
}
