import { hexValue } from './byte-classes.ts';

const BACKSLASH = 0x5c;

const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** The value that stands in `bytes[start]` to `bytes[end - 1]`, its escapes undone, in UTF-8. */
export function decodeValue(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const raw = bytes.subarray(start, end);
  if (!raw.includes(BACKSLASH) && !raw.includes(0x25)) return raw;
  const text = new TextDecoder().decode(raw);
  const unescaped = text.replaceAll(
    /\\+(?:u([0-9a-fA-F]{4})|([bfnrt])|(["/]))/g,
    (_, code: string | undefined, control: string | undefined, plain: string) =>
      code === undefined
        ? control === undefined
          ? plain
          : CONTROLS[control]!
        : String.fromCharCode(Number.parseInt(code, 16)),
  );
  return new TextEncoder().encode(
    unescaped.replaceAll(/%([2-7][0-9a-fA-F])/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
  );
}

/** Whether the bytes from `at` on spell a hexadecimal number of `count` digits. */
export function isHex(bytes: Uint8Array, at: number, count: number): boolean {
  for (let i = at; i < at + count; i++) if (i >= bytes.length || hexValue(bytes[i]!) < 0) return false;
  return true;
}
