import type { Random } from '../random.ts';

/** Identifiers that are nobody's: what texts of machines are full of, and what must not be taken for a value. */

export function uuid(random: Random): string {
  return `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-${random.pick(['8', '9', 'a', 'b'])}${random.hex(3)}-${random.hex(12)}`;
}

export function timestamp(random: Random): string {
  const two = (least: number, most: number): string => String(random.between(least, most)).padStart(2, '0');
  return `${random.between(2021, 2026)}-${two(1, 12)}-${two(1, 28)}T${two(0, 23)}:${two(0, 59)}:${two(0, 59)}.${random.digits(3)}Z`;
}

export function epochMilliseconds(random: Random): string {
  return `17${random.digits(11)}`;
}

export function commit(random: Random): string {
  return random.hex(40);
}

export function digest(random: Random): string {
  return `sha256:${random.hex(64)}`;
}

export function base64(random: Random, length: number): string {
  return `${random.text(BASE64, length - (length % 4) - 1)}=`;
}

export function version(random: Random): string {
  return `${random.between(0, 30)}.${random.between(0, 40)}.${random.between(0, 99)}`;
}

/** A release with four numbers, as browsers and Windows have them, behind a word that says so. */
export function longVersion(random: Random): string {
  return random.pick([
    `Chrome/${random.between(90, 140)}.0.${random.between(1000, 7000)}.${random.between(1, 200)}`,
    // What browsers say since they tell less of themselves.
    `Chrome/${random.between(110, 150)}.0.0.0`,
    `version ${random.between(1, 12)}.${random.between(0, 9)}.${random.between(0, 99)}.${random.between(0, 255)}`,
    `v${random.between(1, 12)}.${random.between(0, 9)}.${random.between(0, 9)}.${random.between(0, 9)}`,
  ]);
}

export function productCode(random: Random): string {
  return random.pick([
    `${random.digits(3)}-${random.digits(4)}-${random.text('ABCDEFGHJKLMNPQRSTUVWXYZ', 2)}`,
    `${random.text('ABCDEFGHJKLMNPQRSTUVWXYZ', 3)}-${random.digits(5)}-${random.digits(2)}`,
    `P/N ${random.digits(4)}-${random.digits(3)}-${random.digits(2)}`,
  ]);
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
