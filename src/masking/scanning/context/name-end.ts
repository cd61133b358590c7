const BACKSLASH = 0x5c;
const SPACE = 0x20;
const COLON = 0x3a;
/** May stand between a name and what ends it: quotes, and brackets as in `row["name"] = `. */
const CLOSERS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === 0x22 || byte === 0x27 || byte === 0x60 || byte === 0x5d || byte === 0x29 ? 1 : 0,
);

/** Where the name ends whose colon or equals sign is at `at`: before spaces, a quote and what escapes it. */
export function nameEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  // `:=` assigns as well.
  if (end > 0 && bytes[end - 1] === COLON) end--;
  while (end > 0 && at - end < 8 && bytes[end - 1] === SPACE) end--;
  if (end > 0 && CLOSERS[bytes[end - 1]!] === 1) {
    end--;
    while (end > 0 && bytes[end - 1] === BACKSLASH) end--;
    if (end > 0 && CLOSERS[bytes[end - 1]!] === 1) end--;
  }
  return end;
}
