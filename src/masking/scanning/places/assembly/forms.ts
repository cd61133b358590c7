import { KEYED, keyHash, LISTED, LISTS, SETS, STEPS, TEXT } from './memory';

/**
 * Before the steps of a form: how far behind its beginning it is marked, the number of its steps, its least length, and of the
 * four bytes that are marked which bits are always the same, and what they are.
 */
const HEAD: usize = 14;
/** Each step is two bytes for the set, two for the least and two for the most number of bytes. */
const STEP: usize = 6;

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
  if (isOneOf(usize(load<u16>(KEYED + (usize(keyHash(at) >> 4) << 1))), at, end, stop)) return true;
  return isOneOf(usize(load<u16>(LISTED + (usize(load<u16>(at)) << 1))), at, end, stop);
}

/** Whether one of a list of forms may be there. */
function isOneOf(position: usize, at: usize, end: usize, stop: usize): bool {
  const list = LISTS + (position << 1);
  const last = list + 2 + (usize(load<u16>(list)) << 1);
  const four = load<u32>(at);
  for (let entry = list + 2; entry < last; entry += 2) {
    const form = STEPS + (usize(load<u16>(entry)) << 1);
    if ((four & load<u32>(form, 6)) != load<u32>(form, 10)) continue;
    const first = at - usize(load<u16>(form));
    if (first + usize(load<u16>(form, 4)) <= end && goesOn(form, first, stop)) return true;
  }
  return false;
}

function goesOn(form: usize, first: usize, stop: usize): bool {
  if (first < TEXT) return true;
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
