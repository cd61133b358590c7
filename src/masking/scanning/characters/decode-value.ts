import { decodeText, toBytes } from '../../media/bytes/text-bytes.ts';

const BACKSLASH = 0x5c;
const PERCENT = 0x25;

const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** The value that stands in `bytes[start]` to `bytes[end - 1]`, its escapes undone, in UTF-8. */
export function decodeValue(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const raw = bytes.subarray(start, end);
  if (!mayBeEscaped(bytes, start, end)) return raw;
  const text = decodeText(raw);
  const unescaped = text.replaceAll(
    /\\+(?:u([0-9a-fA-F]{4})|([bfnrt])|(["/]))/g,
    (_, code: string | undefined, control: string | undefined, plain: string) =>
      code === undefined
        ? control === undefined
          ? plain
          : CONTROLS[control]!
        : String.fromCharCode(Number.parseInt(code, 16)),
  );
  return toBytes(
    unescaped.replaceAll(/%([2-7][0-9a-fA-F])/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
  );
}

function mayBeEscaped(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === BACKSLASH || bytes[i] === PERCENT) return true;
  return false;
}
