import { up } from './blocks';
import { featuresOf } from './features';
import { mayBeTokenOfRow } from './forms';
import { beginRun, notedShapes } from './known-runs';
import { bitsFrom, DIGITS, firstOf, isDigit, JOINABLE, PLACES, PLAIN_RUN, TEXT, WORDS } from './memory';
import { mayBeToken, mayEndColour, runEnd, SHORTEST_TOKEN } from './runs';
import { proofAt, UNTOLD } from './shapes';

const LETTER_M: u32 = 0x6d;
/** Of so many digits after a bracket an m may be the end of a colour. */
const MOST_COLOUR_DIGITS: usize = 4;

/**
 * Reads the run that begins at `text[from]`, or `most` characters of it, where each byte of it is a character: where it ends, how
 * many digits it has, and what occurs in it, are then at {@link PLAIN_RUN}.
 *
 * @returns whether it is one
 */
export function readPlain(from: i32, most: i32, textEnd: i32): bool {
  const start = TEXT + from;
  const end = runEnd(start, start, usize(most), TEXT + textEnd);
  if (end == 0 || mayBeColour(start, end)) return false;
  const features = featuresOf(start, end);
  if (features < 0) return false;
  let digits: u64 = 0;
  for (let i = start; i < end; i += 64) digits += popcnt(bitsFrom(DIGITS, i) & firstOf(end - i));
  store<i32>(PLAIN_RUN, i32(end - TEXT));
  store<i32>(PLAIN_RUN, i32(digits), 4);
  store<i32>(PLAIN_RUN, features, 8);
  return true;
}

/** Whether an m may be the end of a colour of a terminal: the first character of the run that is no digit. */
function mayBeColour(start: usize, end: usize): bool {
  const last = min(end, start + MOST_COLOUR_DIGITS);
  let i = start;
  while (i < last && isDigit(load<u8>(i))) i++;
  return i < last && load<u8>(i) == LETTER_M && mayEndColour(i);
}

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
  const stop = TEXT + textEnd;
  /** Up to here it is known whether the joinable characters are enough for a token that is marked at a digit. */
  let knownTo: usize = 0;
  let isShort = false;
  for (let at = markedFrom(TEXT + from, end); at < end; at = markedFrom(at + 1, end)) {
    if (isDigit(load<u8>(at))) {
      if (at >= knownTo) {
        const ahead = usize(ctz(~bitsFrom(JOINABLE, at)));
        knownTo = at + ahead;
        isShort = ahead + usize(clz(~bitsFrom(JOINABLE, at - 64))) < SHORTEST_TOKEN && knownTo < stop;
      }
      // A word that announces something may be as short as it likes.
      if (isShort) continue;
    }
    const row = usize(ctz(~bitsFrom(WORDS, at)));
    if (!mayBeTokenOfRow(at, row, stop) && !isDigit(load<u8>(at - 1))) continue;
    if (mayBeToken(at, TEXT + runFrom, end, stop)) return i32(at - TEXT);
  }
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
