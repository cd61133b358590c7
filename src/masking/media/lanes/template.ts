import { concatenate } from '../bytes/concatenate.ts';
import { toBytes } from '../bytes/text-bytes.ts';
import type { JsonDocument, JsonValue } from '../json/json-value.ts';
import { escapeString } from '../json/string-literal.ts';
import type { Delta, Reading } from './reading.ts';

/** What a transport puts around the JSON text of one event. */
export interface Frame {
  /** @param type of an event that is of another type than the one framed like this; absent: of the same */
  wrap(json: Uint8Array, type?: string): Uint8Array;
}

/** An event that carried a piece of a lane, and so shows how another one would look. */
export interface Template {
  readonly document: JsonDocument;
  readonly delta: Delta;
  readonly reading: Reading;
  readonly frame: Frame;
}

/**
 * One more event of the lane, with a text that was held back. It repeats what names the stream and the lane, not what
 * SDKs would add up or take twice: texts of other lanes, roles, ids and names of calls, usage, signatures.
 *
 * @param filter is applied to what it repeats
 */
export function extraEvent(template: Template, text: Uint8Array, filter: (json: Uint8Array) => Uint8Array): Uint8Array {
  const { delta, frame } = template;
  const { head, tail } = delta.continuation ?? projection(template);
  const json = concatenate([filter(toBytes(head)), escapeString(text), filter(toBytes(tail))]);
  return frame.wrap(json, delta.continuation?.type);
}

interface Surroundings {
  readonly head: string;
  readonly tail: string;
}

/** The way to the text of the lane through its event, with the simple members on both sides of it. */
function projection({ document, delta, reading }: Template): Surroundings {
  const texts = new Set<JsonValue>(reading.deltas.map(({ literal }) => literal));
  let head = '';
  let tail = '';
  let value: JsonValue | undefined = document.root;
  for (const [depth, step] of delta.path.entries()) {
    if (value?.kind === 'array' && typeof step === 'number') {
      head += '[';
      tail = `]${tail}`;
      value = value.items[step];
    } else if (value?.kind === 'object' && typeof step === 'string') {
      const isRepeated = (name: string, child: JsonValue): boolean =>
        !texts.has(child) && isSimple(child) && (child.kind !== 'string' || depth === 0 || reading.repeated.has(name));
      const siblings = [...value.members].filter(([name, child]) => isRepeated(name, child));
      head += `{${siblings.map(([name, child]) => `${JSON.stringify(name)}:${source(document, child)},`).join('')}`;
      head += `${JSON.stringify(step)}:`;
      tail = `}${tail}`;
      value = value.members.get(step);
    }
  }
  return { head, tail };
}

function isSimple(value: JsonValue): boolean {
  return value.kind !== 'object' && value.kind !== 'array';
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function source(document: JsonDocument, value: JsonValue): string {
  return decoder.decode(document.bytes.subarray(value.start, value.end));
}
