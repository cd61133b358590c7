/**
 * Whether one and the same character fills `text[from]` to `text[to - 1]`. Such numbers pass many checksums and are issued to
 * nobody: they fill forms.
 */
export function isRepeated(text: Uint8Array, from: number, to: number): boolean {
  for (let i = from + 1; i < to; i++) {
    if (text[i] !== text[from]) return false;
  }
  return to > from;
}
