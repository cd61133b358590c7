import type { TextFilter } from '../../text-filter.ts';
import { UnreadableContent } from '../../unreadable.ts';
import { concatenate, EMPTY } from '../bytes/concatenate.ts';
import { sameBytes } from '../bytes/same-bytes.ts';
import { fromBytes, toBytes } from '../bytes/text-bytes.ts';
import type { JsonDocument } from '../json/json-value.ts';
import { parseJson } from '../json/parse-json.ts';
import { escapeString, unescapeString } from '../json/string-literal.ts';
import { recognise } from './formats/recognise.ts';
import { LaneEvent, type Piece } from './lane-event.ts';
import { Lane } from './lane.ts';
import type { Delta, LaneKind } from './reading.ts';
import { RepeatedText } from './repeated-text.ts';
import { extraEvent, type Frame } from './template.ts';

export interface LaneOptions {
  /** Makes the filter for the decoded text of one lane; the text of kind `json` is itself JSON, such as arguments of a call. */
  readonly lane: (kind: LaneKind) => TextFilter;
  /** Makes the filter for a text as it is written: the rest of an event, or a whole one of no known format. */
  readonly text: () => TextFilter;
  /** Most lanes that may be open at a time (256). */
  readonly maxLanes?: number;
}

/** The content of one event, and what has to be sent before the event. */
export interface FilteredEvent {
  /** Whole events with text that was held back until now. */
  readonly before: Uint8Array;
  readonly content: Uint8Array;
}

/** Most bytes of events that open lanes keep as their templates. */
const MAX_TEMPLATES = 8 * 1024 * 1024;

/**
 * Puts the deltas of a language model's stream together to texts, filters these, and gives every event its part of the
 * result. An event keeps its bytes but for string literals whose text changed. A text goes on until an event ends or leaves
 * its lane; what is held then is sent before that event, in one more event of the lane. An event that concerns no lane
 * (usage, a ping) ends none: what it stands between may be two halves of one value.
 *
 * Where an event changes, its log probabilities are blanked: they repeat the text token by token.
 */
export class DeltaLanes {
  readonly #options: LaneOptions;
  readonly #maxLanes: number;
  readonly #envelope: RepeatedText;
  readonly #lanes = new Map<string, Lane>();
  #templates = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#maxLanes = options.maxLanes ?? 256;
    this.#envelope = new RepeatedText(options.text);
  }

  /**
   * @param content of one event; kept, so it must not change any more
   * @param isLast whether nothing can follow the event, so that all lanes end with it
   * @throws UnreadableContent
   */
  filter(content: Uint8Array, frame: Frame, isLast = false): FilteredEvent {
    const document = documentOf(content);
    const reading = document && recognise(document);
    if (document === undefined || reading === undefined) {
      const before = isLast || isDone(content) ? this.finish() : EMPTY;
      return { before, content: this.#envelope.filter(content) };
    }
    const event = new LaneEvent(document, isLast ? { ...reading, ends: 'all' } : reading, frame);
    return { before: this.#leave(event), content: this.#weave(event) };
  }

  /** Ends all lanes. @returns whole events with what was held back */
  finish(): Uint8Array {
    return concatenate([...this.#lanes.keys()].map((key) => this.#end(key)));
  }

  /** Ends the lanes that go on no further and get no text in this event. */
  #leave(event: LaneEvent): Uint8Array {
    const left = [...this.#lanes].filter(([key, { scope }]) => event.leaves(key, scope));
    return concatenate(left.map(([key]) => this.#end(key)));
  }

  #end(key: string): Uint8Array {
    const lane = this.#lanes.get(key)!;
    const held = this.#close(key);
    return held.length === 0 ? EMPTY : extraEvent(lane.template, held, (json) => this.#envelope.filter(json));
  }

  /** Forgets a lane. @returns what its filter held */
  #close(key: string): Uint8Array {
    const lane = this.#lanes.get(key)!;
    this.#lanes.delete(key);
    this.#templates -= lane.template.document.bytes.length;
    return lane.finish();
  }

  #weave(event: LaneEvent): Uint8Array {
    const { bytes } = event.document;
    const parts: Uint8Array[] = [];
    let isChanged = false;
    let at = 0;
    const add = (start: number, end: number, filter: (source: Uint8Array) => Uint8Array): void => {
      const source = bytes.subarray(start, end);
      const part = filter(source);
      isChanged ||= part !== source;
      parts.push(part);
      at = end;
    };
    for (const piece of event.pieces) {
      add(at, piece.value.start, (source) => this.#envelope.filter(source));
      add(piece.value.start, piece.value.end, (source) => this.#piece(event, piece, source));
    }
    add(at, bytes.length, (source) => this.#envelope.filter(source));
    if (!isChanged) return bytes;
    // Envelopes and pieces alternate, so that the part of piece `i` is at `2i + 1`.
    for (const [i, piece] of event.pieces.entries()) {
      if (piece.is === 'probabilities') parts[2 * i + 1] = piece.value.kind === 'array' ? EMPTY_LIST : NULL;
    }
    return concatenate(parts);
  }

  /** @returns `source` itself where nothing had to change */
  #piece(event: LaneEvent, piece: Piece, source: Uint8Array): Uint8Array {
    if (piece.is === 'probabilities') return this.#envelope.filter(source);
    if (piece.is === 'opaque') return OPAQUE.test(fromBytes(source)) ? source : this.#envelope.filter(source);
    const text = unescapeString(event.document.bytes, piece.delta.literal);
    if (text.length === 0) return source;
    const lane = this.#laneOf(event, piece.delta);
    const sent = lane.push(text);
    const isEnd = event.endsWith(piece.delta);
    const filtered = isEnd ? concatenate([sent, this.#close(piece.delta.lane)]) : sent;
    return sameBytes(filtered, text) ? source : escapeString(filtered);
  }

  #laneOf(event: LaneEvent, delta: Delta): Lane {
    const template = { document: event.document, delta, reading: event.reading, frame: event.frame };
    this.#templates += event.document.bytes.length;
    const known = this.#lanes.get(delta.lane);
    if (known !== undefined) {
      this.#templates -= known.template.document.bytes.length;
      known.template = template;
    } else if (this.#lanes.size >= this.#maxLanes) {
      throw new UnreadableContent(`Found more than ${this.#maxLanes} texts at a time in a stream of events`);
    }
    if (this.#templates > MAX_TEMPLATES) {
      throw new UnreadableContent(`Found more than ${MAX_TEMPLATES} bytes of unfinished events`);
    }
    const lane = known ?? new Lane(this.#options.lane(delta.kind), delta.scope, template);
    this.#lanes.set(delta.lane, lane);
    return lane;
  }
}

const EMPTY_LIST = toBytes('[]');
const NULL = toBytes('null');
/** What signatures and encrypted content are made of; what is not is read as text. */
const OPAQUE = /^"[A-Za-z0-9+/=_-]*"$/;

const OPENING_BRACE = 0x7b;

function documentOf(content: Uint8Array): JsonDocument | undefined {
  const first = content.find((byte) => byte > 0x20);
  const root = first === OPENING_BRACE ? parseJson(content) : undefined;
  return root && { bytes: content, root };
}

/** The mark at the end of OpenAI's streams. */
function isDone(content: Uint8Array): boolean {
  return content.length === 6 && fromBytes(content) === '[DONE]';
}
