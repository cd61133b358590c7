// RFC 3492 §5.
const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const FIRST = 128;
const START_BIAS = 72;
const LAST_CODE_POINT = 0x10_ffff;

/** What a label behind `xn--` stands for; undefined where it is no Punycode (RFC 3492 §6.2). */
export function decodePunycode(encoded: string): string | undefined {
  const basicEnd = Math.max(0, encoded.lastIndexOf('-'));
  const output = Array.from(encoded.slice(0, basicEnd));
  let codePoint = FIRST;
  let position = 0;
  let bias = START_BIAS;
  for (let at = basicEnd === 0 ? 0 : basicEnd + 1; at < encoded.length;) {
    const delta = readInteger(encoded, at, bias);
    if (delta === undefined) return undefined;
    const length = output.length + 1;
    bias = adapt(delta.value, length, output.length === basicEnd);
    position += delta.value;
    codePoint += Math.floor(position / length);
    if (codePoint > LAST_CODE_POINT) return undefined;
    position %= length;
    output.splice(position, 0, String.fromCodePoint(codePoint));
    position += 1;
    at = delta.next;
  }
  return output.join('');
}

/** A generalised variable-length integer (§3.3). */
function readInteger(encoded: string, from: number, bias: number): { value: number; next: number } | undefined {
  let value = 0;
  let weight = 1;
  for (let at = from, k = BASE; at < encoded.length; at++, k += BASE) {
    const digit = digitOf(encoded.charCodeAt(at));
    if (digit === undefined) return undefined;
    value += digit * weight;
    if (value > LAST_CODE_POINT * 64) return undefined;
    const threshold = Math.min(T_MAX, Math.max(T_MIN, k - bias));
    if (digit < threshold) return { value, next: at + 1 };
    weight *= BASE - threshold;
  }
  return undefined;
}

function digitOf(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 26;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a ? lower - 0x61 : undefined;
}

/** §6.1 */
function adapt(delta: number, length: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? DAMP : 2));
  rest += Math.floor(rest / length);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}
