import type { Bytes, Instant } from '../../core/units.ts';
import { span } from '../approvals/moments.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** So many a second, with as many digits as tell anything. */
export function rate(perSecond: number): string {
  if (perSecond === 0) return '0';
  return perSecond < 10 ? perSecond.toFixed(2) : perSecond < 100 ? perSecond.toFixed(1) : amount(perSecond);
}

/** A count, thousands apart. */
export function amount(count: number): string {
  return Math.round(count)
    .toString()
    .replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Bytes with their binary unit. */
export function bytesText(bytes: Bytes): string {
  let unit = 0;
  let size = bytes;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}

/** How long ago a day was: `12d`. */
export function dayAge(date: string, now: Instant): string {
  return span(now - Date.parse(date));
}
