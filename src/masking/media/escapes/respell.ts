import { concatenate } from '../bytes/concatenate.ts';

/** A text together with how it is spelled: with references, percent signs and the like. */
export interface Spelled {
  readonly source: Uint8Array;
  /** What it means. */
  readonly text: Uint8Array;
  /** Where each byte of the text begins in the source, and at last where the source ends. */
  readonly starts: Uint32Array;
}

/** Equal bytes that prove that two texts go on alike. */
const ANCHOR = 4;
/** Most bytes of one difference, in both texts together; and comparisons until the rest counts as one difference. */
const MAX_DIFFERENCE = 1024;
const MAX_WORK = 4_000_000;

/**
 * The spelling of a filtered text. What is common to both texts keeps its spelling in the source; only what differs is
 * spelled anew. Whatever is found to be common, the result means exactly `filtered`.
 *
 * @param spell how bytes are spelled that the source does not have
 */
export function respell(spelled: Spelled, filtered: Uint8Array, spell: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const { source, text, starts } = spelled;
  const suffix = commonSuffix(text, filtered);
  const ends = [text.length - suffix, filtered.length - suffix] as const;
  const parts: Uint8Array[] = [];
  let at = 0;
  let to = 0;
  let work = MAX_WORK;
  for (;;) {
    const from = at;
    while (at < ends[0] && to < ends[1] && text[at] === filtered[to]) {
      at++;
      to++;
    }
    parts.push(source.subarray(starts[from], starts[at]));
    if (at === ends[0] && to === ends[1]) break;
    const gap = nextAnchor(text.subarray(at, ends[0]), filtered.subarray(to, ends[1]), work);
    work = gap.work;
    parts.push(spell(filtered.subarray(to, to + gap.inFiltered)));
    at += gap.inText;
    to += gap.inFiltered;
  }
  parts.push(source.subarray(starts[ends[0]], source.length));
  return concatenate(parts);
}

function commonSuffix(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[a.length - 1 - length] === b[b.length - 1 - length]) length++;
  return length;
}

interface Gap {
  readonly inText: number;
  readonly inFiltered: number;
  /** Comparisons that are left. */
  readonly work: number;
}

/** The shortest difference behind which both go on alike; all that is left where there is none. */
function nextAnchor(text: Uint8Array, filtered: Uint8Array, work: number): Gap {
  const most = Math.min(MAX_DIFFERENCE, text.length + filtered.length);
  let left = work;
  for (let sum = 1; sum <= most && left > 0; sum++) {
    for (let inText = Math.max(0, sum - filtered.length); inText <= Math.min(sum, text.length); inText++) {
      left--;
      if (isAnchor(text, inText, filtered, sum - inText)) return { inText, inFiltered: sum - inText, work: left };
    }
  }
  return { inText: text.length, inFiltered: filtered.length, work: left };
}

function isAnchor(text: Uint8Array, at: number, filtered: Uint8Array, to: number): boolean {
  for (let i = 0; i < ANCHOR; i++) {
    const byte = text[at + i];
    if (byte === undefined || byte !== filtered[to + i]) return false;
  }
  return true;
}
