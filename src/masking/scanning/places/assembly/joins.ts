import { classOf, DIGIT, GLUE, LETTER, UPPER } from './memory';

const SPACE: u32 = 0x20;
const OPEN: u32 = 0x28;
const CLOSE: u32 = 0x29;

/** Whether a space or a parenthesis belongs to a run: see `isJoined` in `run.ts`. */
export function joins(at: usize, byte: u32): bool {
  const before = classOf(at - 1);
  const after = classOf(at + 1);
  if (byte == SPACE) {
    if ((after & (DIGIT | UPPER)) == 0 && load<u8>(at + 1) != OPEN) return false;
    return (before & (DIGIT | UPPER)) != 0 || load<u8>(at - 1) == CLOSE;
  }
  if (byte == OPEN) return (before & LETTER) == 0 && (after & DIGIT) != 0;
  if (byte == CLOSE) return (before & DIGIT) != 0 && (load<u8>(at + 1) == SPACE || (after & (DIGIT | GLUE)) != 0);
  return false;
}
