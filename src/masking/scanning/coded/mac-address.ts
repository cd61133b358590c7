import { CLASSES, HEX, WORD } from '../characters/byte-classes.ts';
import type { Run } from '../characters/run.ts';
import type { Report } from './report.ts';

const COLON = 0x3a;
const DASH = 0x2d;
const LENGTH = 17;

/** Addresses of network interfaces, six pairs with colons or hyphens (IEEE 802-2014 §8.1); not all zeros, not all ones. */
export function findMacAddresses({ text, length, goesOn }: Run, limit: number, report: Report): void {
  for (let i = 0; i < limit && i + LENGTH <= length; i++) {
    const separator = text[i + 2]!;
    if ((separator !== COLON && separator !== DASH) || text[i + 5] !== separator) continue;
    if (i === 0 ? goesOn : isPart(text[i - 1]!, separator)) continue;
    if (i + LENGTH < length && isPart(text[i + LENGTH]!, separator)) continue;
    if (!isAddress(text, i, separator)) continue;
    report(i, i + LENGTH);
    i += LENGTH - 1;
  }
}

function isPart(byte: number, separator: number): boolean {
  return byte === separator || (CLASSES[byte]! & WORD) !== 0;
}

function isAddress(text: Uint8Array, at: number, separator: number): boolean {
  let isSame = true;
  for (let i = 0; i < LENGTH; i++) {
    const byte = text[at + i]!;
    if (i % 3 === 2) {
      if (byte !== separator) return false;
      continue;
    }
    if ((CLASSES[byte]! & HEX) === 0) return false;
    isSame &&= byte === text[at];
  }
  return !isSame;
}
