import type { TextFilter } from '../text-filter.ts';
import { ByteCollector } from './bytes/byte-collector.ts';
import { concatenate } from './bytes/concatenate.ts';
import { DeltaLanes, type LaneOptions } from './lanes/delta-lanes.ts';
import type { Frame } from './lanes/template.ts';

export interface NdjsonLaneOptions extends LaneOptions {
  /** Most bytes of one line (1 MiB). */
  readonly maxLine?: number;
}

const MAX_LINE = 1024 * 1024;
const LF = 0x0a;
const CR = 0x0d;

/** Filters lines of JSON in which a language model streams its answer, as Ollama does; see {@link DeltaLanes}. */
export class NdjsonLanesFilter implements TextFilter {
  readonly #line: ByteCollector;
  readonly #lanes: DeltaLanes;

  constructor(options: NdjsonLaneOptions) {
    this.#line = new ByteCollector(options.maxLine ?? MAX_LINE, 'a line');
    this.#lanes = new DeltaLanes(options);
  }

  /** @throws UnreadableContent */
  push(bytes: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
      parts.push(this.#filter(this.#line.complete(bytes, start, end), bytes.subarray(end, end + 1), false));
      start = end + 1;
    }
    this.#line.append(bytes.subarray(start));
    return concatenate(parts);
  }

  /** @throws UnreadableContent */
  finish(): Uint8Array {
    return this.#line.length === 0 ? this.#lanes.finish() : this.#filter(this.#line.take(), new Uint8Array(0), true);
  }

  #filter(line: Uint8Array, end: Uint8Array, isLast: boolean): Uint8Array {
    const { before, content } = this.#lanes.filter(line, FRAMES[line.at(-1) === CR ? 'crlf' : 'lf'], isLast);
    return concatenate([before, content, end]);
  }
}

const FRAMES: Readonly<Record<'lf' | 'crlf', Frame>> = {
  lf: { wrap: (json) => concatenate([json, Uint8Array.of(LF)]) },
  crlf: { wrap: (json) => concatenate([json, Uint8Array.of(CR, LF)]) },
};
