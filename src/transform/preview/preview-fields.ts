import type { FieldLines } from '../../core/exchange/exchange.ts';
import { toFieldLines } from '../../wire/http/fields.ts';
import { maskFields } from '../masking/mask-fields.ts';
import { previewMasking, type PreviewSearch } from './preview-masking.ts';

/**
 * The subprotocol is the one field that pages of a browser may set for a WebSocket, so tokens travel among the names in it. Names
 * that are registered are shorter than this (RFC 6455 §11.5).
 */
const LONGEST_SUBPROTOCOL = 32;
const NONE: ReadonlySet<string> = new Set();

/** Field lines as people may see them. Of what opens something they see that it is there. */
export function previewFields(fields: FieldLines, credentials: ReadonlySet<string>, search: PreviewSearch): FieldLines {
  if (fields.length === 0) return fields;
  const opens = (name: string): boolean => credentials.has(name) || credentials.has(name.replaceAll('_', '-'));
  const shown = fields.flatMap(([name, value]) => [name, opens(name) ? 'REDACTED' : withoutTokens(name, value)]);
  return toFieldLines(maskFields(shown, previewMasking(search).of('fields')!, NONE));
}

function withoutTokens(name: string, value: string): string {
  if (name.replaceAll('_', '-') !== 'sec-websocket-protocol') return value;
  return value.replaceAll(/[^\s,]+/g, (each) => (each.length > LONGEST_SUBPROTOCOL ? 'REDACTED' : each));
}
