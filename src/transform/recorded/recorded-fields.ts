import { BoundedMap } from '../../core/bounded-map.ts';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import type { RawFields } from '../../core/exchange/reply-sink.ts';
import { decodeText, toBytes } from '../../masking/media/bytes/text-bytes.ts';
import { filterWhole } from '../../masking/media/filter-whole.ts';
import type { Masking } from '../../masking/masker.ts';
import { toFieldLines } from '../../wire/http/fields.ts';
import { maskField, RECOGNISING_FIELDS } from '../masking/mask-fields.ts';
import { maskTarget } from '../masking/mask-target.ts';
import { maskingTexts } from '../masking/text-filters.ts';
import { previewMasking, type PreviewSearch } from '../preview/preview-masking.ts';

/** Field lines as they may be recorded. */
export interface RecordedFields {
  readonly fields: FieldLines;
  /** Lines that did not fit. */
  readonly omittedFields?: number;
}

/** Most of a target, and of field lines, that is recorded, in characters. */
const LIMIT = 32 * 1024;
/** They say how the message is framed and where it goes, which is on the record anyway. */
const AS_THEY_ARE: ReadonlySet<string> = new Set(['host', 'content-length', 'date']);
/** No identifier that a name of a field can hold is without some digits. */
const MAY_HOLD_VALUES = /\d\D*\d\D*\d\D*\d/;

/**
 * Field lines with their values masked; of what opens something, or recognises somebody, that it is there. Unlike on the wire
 * nothing is spared for the sake of those who read it: nobody acts on a record.
 *
 * @param credentials names of fields that carry credentials of the agent, in lower case
 */
export function recordedFields(fields: RawFields, credentials: ReadonlySet<string>, search: PreviewSearch): RecordedFields {
  const lines = toFieldLines(fields);
  const fitting = howManyFit(lines);
  const masking = previewMasking(search).of('fields')!;
  const recorded = lines.slice(0, fitting).map(([name, value]) => {
    const lower = name.toLowerCase();
    const isSecret = isAmong(credentials, lower) || RECOGNISING_FIELDS.has(lower);
    const shown = isSecret ? 'REDACTED' : AS_THEY_ARE.has(lower) ? value : maskedValue(lower, value, masking);
    return [MAY_HOLD_VALUES.test(name) ? maskName(name, masking) : name, shown] as const;
  });
  return fitting === lines.length ? { fields: recorded } : { fields: recorded, omittedFields: lines.length - fitting };
}

/** A request target with what is found in path and query masked; cut where it is longer than is recorded. */
export function recordedTarget(target: string, search: PreviewSearch): string {
  const masking = previewMasking(search);
  const masked = maskTarget(target, { path: masking.of('path'), query: masking.of('query') });
  return masked.length <= LIMIT ? masked : `${masked.slice(0, LIMIT)}...[+${masked.length - LIMIT} characters]`;
}

/** Values that hold nothing to be masked, as most do and nearly every message repeats: by what is looked for, then field and value. */
const HARMLESS = new WeakMap<Masking['detection'], BoundedMap<string, true>>();
const MOST_HARMLESS = 4096;
/** Longer ones are seldom the same twice. */
const LONGEST_HARMLESS = 128;

function maskedValue(name: string, value: string, masking: Masking): string {
  if (value.length > LONGEST_HARMLESS) return maskField(name, value, masking);
  const known = HARMLESS.get(masking.detection) ?? new BoundedMap<string, true>(MOST_HARMLESS);
  // No name of a field has a colon in it.
  const line = `${name}:${value}`;
  if (known.get(line) === true) return value;
  const masked = maskField(name, value, masking);
  if (masked !== value) return masked;
  HARMLESS.set(masking.detection, known);
  known.set(line, true);
  return value;
}

/** Some servers take `X_Api_Key` for `X-Api-Key`. */
function isAmong(names: ReadonlySet<string>, name: string): boolean {
  return names.has(name) || (name.includes('_') && names.has(name.replaceAll('_', '-')));
}

function maskName(name: string, masking: Masking): string {
  return decodeText(filterWhole(maskingTexts(masking).value(''), toBytes(name)));
}

function howManyFit(lines: FieldLines): number {
  let length = 0;
  const tooMuch = lines.findIndex(([name, value]) => (length += name.length + value.length) > LIMIT);
  return tooMuch < 0 ? lines.length : tooMuch;
}
