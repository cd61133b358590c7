import { FormFilter } from '../../masking/media/form-filter.ts';
import { concatenate } from '../../masking/media/bytes/concatenate.ts';
import { sameBytes } from '../../masking/media/bytes/same-bytes.ts';
import { fromBytes, toBytes } from '../../masking/media/bytes/text-bytes.ts';
import { decodePercent, respellPercent } from '../../masking/media/escapes/percent.ts';
import { filterWhole } from '../../masking/media/filter-whole.ts';
import type { Masking } from '../../masking/masker.ts';
import { maskingTexts } from './text-filters.ts';

/**
 * A request target with path and query masked, each where something is to be masked in it. What is not found keeps its
 * spelling, and what comes in its place is percent-encoded: it stays a target.
 *
 * @param target origin-form
 */
export function maskTarget(
  target: string,
  { path, query }: { readonly path: Masking | undefined; readonly query: Masking | undefined },
): string {
  const start = target.indexOf('?');
  const end = start < 0 ? target.length : start;
  const masked = path === undefined ? target.slice(0, end) : maskPath(target.slice(0, end), path);
  const rest = target.slice(end);
  return query === undefined || rest.length < 2 ? masked + rest : `${masked}?${maskQuery(rest.slice(1), query)}`;
}

/** A path with every segment masked by itself, in the form that its receiver decodes. */
export function maskPath(path: string, masking: Masking): string {
  return path
    .split('/')
    .map((segment) => (segment === '' ? segment : maskSegment(segment, masking)))
    .join('/');
}

function maskSegment(segment: string, masking: Masking): string {
  const source = toBytes(segment);
  const spelled = decodePercent(source, false);
  const filtered = filterWhole(maskingTexts(masking).value(''), spelled.text);
  return sameBytes(filtered, spelled.text) ? segment : fromBytes(respellPercent(spelled, filtered, false));
}

function maskQuery(query: string, masking: Masking): string {
  const texts = maskingTexts(masking);
  const filter = new FormFilter((name) => texts.value(name));
  return fromBytes(concatenate([filter.push(toBytes(query)), filter.finish()]));
}
