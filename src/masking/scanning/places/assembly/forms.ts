import { LISTED, LISTS, SETS, STEPS, TEXT } from './memory';

/**
 * Whether a form that is marked at `at` goes on like one from its beginning: so many bytes of each of its sets, one after
 * another. What lies beyond the text may be anything.
 *
 * A form is two bytes for how far behind its beginning it is marked, two for the number of its steps, and for each of these
 * two for the set, two for the least and two for the most number of bytes.
 */
export function mayBeForm(at: usize, stop: usize): bool {
  const list = LISTS + (usize(load<u16>(LISTED + (usize(load<u16>(at)) << 1))) << 1);
  const end = list + 2 + (usize(load<u16>(list)) << 1);
  for (let entry = list + 2; entry < end; entry += 2) {
    if (goesOn(STEPS + (usize(load<u16>(entry)) << 1), at, stop)) return true;
  }
  return false;
}

function goesOn(form: usize, at: usize, stop: usize): bool {
  let i = at - usize(load<u16>(form));
  if (i < TEXT) return true;
  const end = form + 4 + usize(load<u16>(form, 2)) * 6;
  for (let step = form + 4; step < end; step += 6) {
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
