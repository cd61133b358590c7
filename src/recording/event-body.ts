import { Defect } from '../core/defect.ts';
import type { AppendedContent, AppendedEvent } from '../core/exchange/record.ts';
import { lineLength } from './chain/line-buffer.ts';

/** How much of one event is kept: characters per string, items per list, members per map. */
interface Caps {
  readonly string: number;
  readonly items: number;
}

/** Longest line an event can become, in bytes: readers may rely on it. */
export const MAX_BODY_BYTES = 1 << 18;

/** Tried in order until the event fits {@link MAX_BODY_BYTES}; the last one always does. */
const CAPS: readonly Caps[] = [
  { string: 4096, items: 256 },
  { string: 512, items: 64 },
  { string: 64, items: 8 },
];

const MAX_DEPTH = 6;
const UNPRINTABLE = /[^\x20-\x7e]/;
const UNPRINTABLE_ALL = /[^\x20-\x7e]/g;

/**
 * The event as one JSON object in printable ASCII: everything else is a `\u` escape, so that no control, line-separator or
 * bidirectional character of a client reaches the terminal, the pager or the line structure of whoever reads it (AUD-01).
 * Strings, lists and maps are cut to a cap and say so. Of content it ends where the value of `sealed` begins, which is put there when
 * its line is made.
 * @returns at most {@link MAX_BODY_BYTES} bytes, those of what is sealed included
 */
export function eventBody(event: AppendedEvent): string {
  if (event.kind === 'content') return contentBody(event);
  const whole = JSON.stringify(event);
  // A text no longer than the cap of one string holds no string beyond it: the walk is for the rare long one.
  if (whole.length <= CAPS[0]!.string) return escaped(whole);
  for (const caps of CAPS) {
    const text = JSON.stringify(capped(event, caps, 0));
    // Escapes make it longer: looked at only where they can still fit.
    const body = text.length <= MAX_BODY_BYTES ? escaped(text) : undefined;
    if (body !== undefined && body.length <= MAX_BODY_BYTES) return body;
  }
  throw new Defect(`An event of kind "${event.kind}" does not fit a record`);
}

/**
 * Nothing in it comes from outside, so that it needs no escapes; what is sealed must not be cut. Put together by hand, since
 * there is much of it.
 */
function contentBody({ exchange, part, index, at, bytes, last, passed, unread, cut, key, sealed }: AppendedContent): string {
  let body = `{"kind":"content","exchange":"${exchange}","part":"${part}","index":${index},"at":${at},"bytes":${bytes}`;
  if (last === true) body += ',"last":true';
  if (passed !== undefined) body += `,"passed":${passed}`;
  if (unread !== undefined) body += `,"unread":"${unread}"`;
  if (cut !== undefined) body += `,"cut":"${cut}"`;
  body += `,"key":"${key}","sealed":"`;
  if (lineLength({ body, sealed }) <= MAX_BODY_BYTES) return body;
  throw new Defect('Content does not fit a record');
}

function escaped(json: string): string {
  return UNPRINTABLE.test(json) ? json.replace(UNPRINTABLE_ALL, escapeUnit) : json;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function capped(value: unknown, caps: Caps, depth: number): unknown {
  if (typeof value === 'string') return cappedString(value, caps.string);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return '...';
  if (Array.isArray(value)) {
    const kept: unknown[] = value.slice(0, caps.items).map((item) => capped(item, caps, depth + 1));
    if (value.length > caps.items) kept.push(`...[+${value.length - caps.items} items]`);
    return kept;
  }
  return cappedMembers(value, caps, depth);
}

function cappedString(text: string, cap: number): string {
  return text.length <= cap ? text : `${text.slice(0, cap)}...[+${text.length - cap} characters]`;
}

function cappedMembers(value: object, caps: Caps, depth: number): unknown {
  // The members of an event itself are fixed by its type; only maps below it grow with what a client sends.
  const members = Object.entries(value);
  const kept = depth === 0 ? members : members.slice(0, caps.items);
  return Object.fromEntries(kept.map(([name, member]) => [cappedString(name, caps.string), capped(member, caps, depth + 1)]));
}
