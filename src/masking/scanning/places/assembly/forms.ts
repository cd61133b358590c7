import { digits, letters } from './blocks';
import { KEYED, keyHash, LISTED, LISTS, SETS, STEPS, TEXT, TOKEN_ROWS } from './memory';

/**
 * Before the steps of a form: how far behind its beginning it is marked, the number of its steps, its least length; of the
 * four bytes that are marked which bits are always the same, and what they are; the same of the next four; of a row of
 * letters and digits how far behind that place it begins, how long it is at least and at most, and the set of what then follows.
 */
const HEAD: usize = 30;
/**
 * Before the forms of a list: how many they are; of the rows of letters and digits that they have where they are marked the
 * shortest that may go on, the shortest of those that end and are long, the set of what ends these, and of what ends short ones.
 */
const LIST_HEAD: usize = 10;
/** Each step is two bytes for the set, two for the least and two for the most number of bytes. */
const STEP: usize = 6;
/** So many bytes are looked through for letters and digits. */
const SEEN: usize = 32;

/**
 * Whether a form that is marked at `at` goes on like one from its beginning: so many bytes of each of its sets, one after
 * another. What lies beyond the text may be anything.
 */
export function mayBeForm(at: usize, stop: usize): bool {
  return mayBeFormBefore(at, usize.MAX_VALUE, stop);
}

/** The same where it has to end before `end`. */
export function mayBeFormBefore(at: usize, end: usize, stop: usize): bool {
  // What the text breaks off in may be anything.
  if (at + 4 > stop) return true;
  const words = wordsOf32(at);
  if (isOneOf(load<u16>(KEYED + (usize(keyHash(at) >> 4) << 1)), words, at, end, stop)) return true;
  return isOneOf(load<u16>(LISTED + (usize(load<u16>(at)) << 1)), words, at, end, stop);
}

/**
 * Whether one of a list of forms may be there.
 * @param words which of the bytes from `at` on are letters or digits
 */
function isOneOf(position: usize, words: u32, at: usize, end: usize, stop: usize): bool {
  const list = LISTS + (position << 1);
  const count = usize(load<u16>(list));
  if (count == 0 || !mayHaveRow(list + 2, usize(ctz(~u64(words))), at, stop)) return false;
  const four = load<u32>(at);
  const last = list + LIST_HEAD + (count << 1);
  for (let entry = list + LIST_HEAD; entry < last; entry += 2) {
    const form = STEPS + (usize(load<u16>(entry)) << 1);
    if ((four & load<u32>(form, 6)) != load<u32>(form, 10)) continue;
    if ((load<u32>(at, 4) & load<u32>(form, 14)) != load<u32>(form, 18) && at + 8 <= stop) continue;
    const first = at - usize(load<u16>(form));
    if (first + usize(load<u16>(form, 4)) > end) continue;
    if (first < TEXT || (hasRow(form, at, words, stop) && goesOn(form, first, stop))) return true;
  }
  return false;
}

/** Whether a token may be marked at `at`, by its first byte and the row of letters and digits that begins there. */
// @ts-ignore: decorator
@inline
export function mayBeTokenOfRow(at: usize, row: usize, stop: usize): bool {
  return mayHaveRow(TOKEN_ROWS + (usize(load<u8>(at)) << 3), row, at, stop);
}

/**
 * Whether one of some forms may have such a row of letters and digits where it is marked: nearly none has one so short.
 * @param rows see {@link LIST_HEAD}
 */
// @ts-ignore: decorator
@inline
function mayHaveRow(rows: usize, row: usize, at: usize, stop: usize): bool {
  if (at + row >= stop || row >= usize(load<u16>(rows))) return true;
  const behind: u32 = load<u8>(at + row);
  if (row >= usize(load<u16>(rows, 2)) && isIn(SETS + (usize(load<u16>(rows, 4)) << 5), behind)) return true;
  return isIn(SETS + (usize(load<u16>(rows, 6)) << 5), behind);
}

/** Whether the letters and digits behind the place that is marked are so many as in the form, and go on like it. */
// @ts-ignore: decorator
@inline
function hasRow(form: usize, at: usize, words: u32, stop: usize): bool {
  const from = usize(load<u16>(form, 22));
  const row = usize(ctz(~(u64(words) >> from)));
  const behind = at + from + row;
  if (behind >= stop) return true;
  if (row < usize(load<u16>(form, 24)) || row > usize(load<u16>(form, 26))) return false;
  return from + row >= SEEN || isIn(SETS + (usize(load<u16>(form, 28)) << 5), load<u8>(behind));
}

/** Which of the 32 bytes from `at` on are letters or digits. */
// @ts-ignore: decorator
@inline
function wordsOf32(at: usize): u32 {
  const a = v128.load(at);
  const b = v128.load(at, 16);
  return (
    u32(i8x16.bitmask(v128.or(digits(a), letters(a)))) | (u32(i8x16.bitmask(v128.or(digits(b), letters(b)))) << 16)
  );
}

function goesOn(form: usize, first: usize, stop: usize): bool {
  let i = first;
  const end = form + HEAD + usize(load<u16>(form, 2)) * STEP;
  for (let step = form + HEAD; step < end; step += STEP) {
    const set = SETS + (usize(load<u16>(step)) << 5);
    const least = i + usize(load<u16>(step, 2));
    const limit = min(stop, i + usize(load<u16>(step, 4)));
    while (i < limit && isIn(set, load<u8>(i))) i++;
    if (i < least) return i >= stop;
  }
  return true;
}

// @ts-ignore: decorator
@inline
function isIn(set: usize, byte: u32): bool {
  return ((u32(load<u8>(set + (byte >> 3))) >> (byte & 7)) & 1) != 0;
}
