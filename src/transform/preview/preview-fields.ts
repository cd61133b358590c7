import type { FieldLines } from '../../core/exchange/exchange.ts';
import { toFieldLines } from '../../wire/http/fields.ts';
import { maskFields } from '../masking/mask-fields.ts';
import { previewMasking, type PreviewSearch } from './preview-masking.ts';

const NONE: ReadonlySet<string> = new Set();

/** Field lines as people may see them. Of what opens something they see that it is there. */
export function previewFields(fields: FieldLines, credentials: ReadonlySet<string>, search: PreviewSearch): FieldLines {
  if (fields.length === 0) return fields;
  const opens = (name: string): boolean => credentials.has(name) || credentials.has(name.replaceAll('_', '-'));
  const shown = fields.flatMap(([name, value]) => [name, opens(name) ? 'REDACTED' : value]);
  return toFieldLines(maskFields(shown, previewMasking(search).of('fields')!, NONE));
}
