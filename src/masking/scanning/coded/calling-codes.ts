import { CLASSES, DIGIT } from '../characters/byte-classes.ts';

/** Calling codes in use, and how many digits may follow each (ITU-T E.164 annex, list of assigned codes of 2016 and its amendments). */
const CODES: ReadonlyMap<string, readonly [min: number, max: number]> = new Map(
  Object.entries({
    '1': '10-10',
    '7': '10-10',
    '20 27 30 31 32 33 34 39 40 41 44 45 46 47 48 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98':
      '7-12',
    '36 43 49': '6-13',
    '211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239 240 241 242 243 244 245 246 248 249':
      '6-11',
    '250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266 267 268 269 290 291 297 298 299': '5-10',
    '350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378 380 381 382 383 385 386 387 389': '5-11',
    '420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 596 597 598 599': '5-11',
    '670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692': '4-9',
    '800 808 850 852 853 855 856 870 878 880 881 882 883 886 888': '6-12',
    '960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 979 992 993 994 995 996 998': '6-11',
  }).flatMap(([codes, range]) => {
    const [min, max] = range.split('-').map(Number) as [number, number];
    return codes.split(' ').map((code) => [code, [min, max]] as const);
  }),
);

/** By code: the fewest and the most digits that may follow; zeros for those that are not in use. */
const FEWEST = new Uint8Array(1000);
const MOST = new Uint8Array(1000);
for (const [code, [min, max]] of CODES) {
  FEWEST[Number(code)] = min;
  MOST[Number(code)] = max;
}

const ZERO = 0x30;
const TWO = 0x32;
const LONGEST_CODE = 3;
const NORTH_AMERICA = 1;
/** The digits that are dialled of the number that is looked at. */
const DIALLED = new Uint8Array(16);

/** Whether the digits among `text[from]` to `text[to - 1]` begin with a calling code and are as many as follow it. */
export function isInternationalNumber(text: Uint8Array, from: number, to: number): boolean {
  const count = dial(text, from, to);
  let code = 0;
  for (let length = 1; length <= Math.min(count, LONGEST_CODE); length++) {
    code = code * 10 + DIALLED[length - 1]! - ZERO;
    // No code begins with a zero.
    if (code === 0) return false;
    if (MOST[code] === 0) continue;
    const rest = count - length;
    return rest >= FEWEST[code]! && rest <= MOST[code]! && (code !== NORTH_AMERICA || hasAreaAndExchange());
  }
  return false;
}

function dial(text: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const byte = text[i]!;
    // The zero of +49 (0)30 is dialled only at home.
    if (byte === ZERO && text[i - 1] === 0x28 && text[i + 1] === 0x29) continue;
    if ((CLASSES[byte]! & DIGIT) !== 0) DIALLED[count++] = byte;
  }
  return count;
}

/** In North America neither the area nor the exchange begins with 0 or 1: `1 2xx 2xx xxxx`. */
function hasAreaAndExchange(): boolean {
  return DIALLED[1]! >= TWO && DIALLED[4]! >= TWO;
}
