import { up } from './blocks';
import { beginRun, notedShapes } from './known-runs';
import { bitsFrom, firstOf, PLACES, TEXT, WORDS } from './memory';
import { mayBeToken } from './runs';
import { proofAt, UNTOLD } from './shapes';

/**
 * Reads the shapes of a run from `text[from]` to `text[to - 1]`, each byte of which is a character, as far as something is
 * marked in them: behind the last known run.
 *
 * @param limit how many of its characters a shape may begin with
 * @param goesOn whether its first character goes on from one before it
 * @param longest so many characters the longest shape has
 * @returns where they lie, behind their number; 0 where there is no room for them, or for the states that would tell
 */
export function readShapes(from: i32, to: i32, limit: i32, goesOn: bool, longest: i32): i32 {
  const start = TEXT + from;
  const end = TEXT + to;
  const last = min(end, start + limit);
  let marked: usize = 0;
  let before = u64(goesOn) << 63;
  beginRun();
  for (let block = start; block < last; block += 64) {
    const word = bitsFrom(WORDS, block);
    for (let rest = word & ~up(word, before, 1) & firstOf(last - block); rest != 0; rest &= rest - 1) {
      const at = block + usize(ctz(rest));
      if (marked < at) marked = markedFrom(at, end);
      if (marked >= end) return notedShapes();
      if (marked - at < usize(longest) && proofAt(at, start, end) == UNTOLD) return 0;
    }
    before = word;
  }
  return notedShapes();
}

/** The first marked letter or digit from `text[from]` on at which a token of the run may be told; `to` where there is none. */
export function nextToken(from: i32, to: i32, runFrom: i32, textEnd: i32): i32 {
  const end = TEXT + to;
  for (let at = markedFrom(TEXT + from, end); at < end; at = markedFrom(at + 1, end))
    if (mayBeToken(at, TEXT + runFrom, end, TEXT + textEnd)) return i32(at - TEXT);
  return to;
}

/** The first letter or digit that is marked. */
// @ts-ignore: decorator
@inline
function markedFrom(from: usize, end: usize): usize {
  for (let at = from; at < end; at += 64) {
    const marked = bitsFrom(PLACES, at) & bitsFrom(WORDS, at);
    if (marked != 0) return min(end, at + usize(ctz(marked)));
  }
  return end;
}
