import type { TextFilter } from '../../text-filter.ts';
import { concatenate, EMPTY } from '../bytes/concatenate.ts';
import { sameBytes } from '../bytes/same-bytes.ts';
import { toBytes } from '../bytes/text-bytes.ts';
import { DeltaLanes, type LaneOptions } from '../lanes/delta-lanes.ts';
import { RepeatedText } from '../lanes/repeated-text.ts';
import type { Frame } from '../lanes/template.ts';
import { EventBlock, fieldLine } from './event-block.ts';
import { EventSplitter } from './event-splitter.ts';

export interface EventStreamOptions extends LaneOptions {
  /** Most bytes of one event (1 MiB). */
  readonly maxEvent?: number;
}

const MAX_EVENT = 1024 * 1024;

/**
 * Filters `text/event-stream`. Deltas of language models are put together to the texts they are pieces of, so that a value
 * cut in two by events is found (see {@link DeltaLanes}); data of any other kind, comments, names and ids are filtered each
 * by itself. An event is sent on as soon as it is whole, with the safe part of its text, which may be empty. Events that are
 * added for text that was held have neither `id` nor `retry`.
 *
 * A stream that breaks off within an event is read as if it were whole, as many clients do.
 */
export class EventStreamFilter implements TextFilter {
  readonly #splitter: EventSplitter;
  readonly #lanes: DeltaLanes;
  readonly #lines: RepeatedText;
  #isFirst = true;

  constructor(options: EventStreamOptions) {
    this.#splitter = new EventSplitter(options.maxEvent ?? MAX_EVENT);
    this.#lanes = new DeltaLanes(options);
    this.#lines = new RepeatedText(options.text);
  }

  /** @throws UnreadableContent */
  push(bytes: Uint8Array): Uint8Array {
    return concatenate(this.#splitter.push(bytes).map((block) => this.#filter(block, false)));
  }

  /** @throws UnreadableContent */
  finish(): Uint8Array {
    const rest = this.#splitter.finish();
    return rest.length === 0 ? this.#lanes.finish() : this.#filter(rest, true);
  }

  #filter(bytes: Uint8Array, isLast: boolean): Uint8Array {
    const block = new EventBlock(bytes, this.#isFirst);
    this.#isFirst = false;
    const { data } = block;
    if (data === undefined) return concatenate([isLast ? this.#lanes.finish() : EMPTY, this.#rebuild(block, undefined)]);
    const { before, content } = this.#lanes.filter(data, this.#frame(block), isLast);
    return concatenate([before, this.#rebuild(block, sameBytes(content, data) ? undefined : content)]);
  }

  #rebuild(block: EventBlock, data: Uint8Array | undefined): Uint8Array {
    return block.rebuild(data, (line) => this.#lines.filter(line));
  }

  #frame(block: EventBlock): Frame {
    const { lineEnd, nameLine } = block;
    return {
      wrap: (json, type) => {
        const name = type === undefined || nameLine.length === 0 ? this.#lines.filter(nameLine) : toBytes(`event: ${type}`);
        return concatenate([name, name.length > 0 ? lineEnd : EMPTY, fieldLine('data', json, lineEnd), lineEnd]);
      },
    };
  }
}
