import * as fc from 'fast-check';
import type { TextFilter } from '../../../src/masking/text-filter.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export const bytesOf = (text: string): Uint8Array => encoder.encode(text);
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);
export const latin1Of = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** Changes nothing and holds nothing. */
export class Untouched implements TextFilter {
  push(bytes: Uint8Array): Uint8Array {
    return bytes;
  }
  finish(): Uint8Array {
    return new Uint8Array(0);
  }
}

/** Writes `#` for every run of four digits or more; holds the run it is in. */
export class DigitRuns implements TextFilter {
  #run = '';
  push(bytes: Uint8Array): Uint8Array {
    const text = this.#run + latin1Of(bytes);
    this.#run = /\d*$/.exec(text)![0];
    return this.#replace(text.slice(0, text.length - this.#run.length));
  }
  finish(): Uint8Array {
    return this.#replace(this.#run);
  }
  #replace(text: string): Uint8Array {
    return Uint8Array.from(text.replace(/\d{4,}/g, '#'), (character) => character.charCodeAt(0));
  }
}

/** Writes one text for another; holds what may be the beginning of it. */
export class WordSwap implements TextFilter {
  readonly #word: string;
  readonly #other: string;
  #held = '';
  constructor(word: string, other: string) {
    this.#word = latin1Of(bytesOf(word));
    this.#other = latin1Of(bytesOf(other));
  }
  push(bytes: Uint8Array): Uint8Array {
    let text = (this.#held + latin1Of(bytes)).replaceAll(this.#word, this.#other);
    let length = Math.min(this.#word.length - 1, text.length);
    while (length > 0 && !this.#word.startsWith(text.slice(text.length - length))) length--;
    this.#held = text.slice(text.length - length);
    text = text.slice(0, text.length - length);
    return Uint8Array.from(text, (character) => character.charCodeAt(0));
  }
  finish(): Uint8Array {
    return Uint8Array.from(this.#held, (character) => character.charCodeAt(0));
  }
}

/** Changes nothing and holds the last byte, whatever it is a part of. */
export class OneByteLate implements TextFilter {
  #last: Uint8Array = new Uint8Array(0);
  push(bytes: Uint8Array): Uint8Array {
    const all = concatenated([this.#last, bytes]);
    this.#last = all.slice(-1);
    return all.slice(0, -1);
  }
  finish(): Uint8Array {
    return this.#last;
  }
}

export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

/** All output for an input cut at these offsets. The chunks are overwritten after each call, as their owner may. */
export function filtered(filter: TextFilter, input: Uint8Array, cuts: readonly number[] = []): Uint8Array {
  const edges = [...new Set([0, ...cuts.map((cut) => Math.min(cut, input.length)), input.length])].sort((a, b) => a - b);
  const parts: Uint8Array[] = [];
  for (const [i, edge] of edges.slice(0, -1).entries()) {
    const chunk = input.slice(edge, edges[i + 1]);
    parts.push(filter.push(chunk).slice());
    chunk.fill(0x58);
  }
  parts.push(filter.finish().slice());
  return concatenated(parts);
}

export const everyByte = (input: Uint8Array): number[] => Array.from(input, (_, i) => i);

/** Offsets at which to cut an input of any length. */
export const cuts = (): fc.Arbitrary<number[]> => fc.array(fc.nat(400), { maxLength: 8 });

/** Whether cutting at these offsets, at every byte, and at any one byte alone gives what one piece gives. */
export function sameForEveryCut(make: () => TextFilter, input: Uint8Array, some: readonly number[] = []): boolean {
  const whole = latin1Of(filtered(make(), input));
  const same = (at: readonly number[]): boolean => latin1Of(filtered(make(), input, at)) === whole;
  return same(some) && same(everyByte(input));
}
