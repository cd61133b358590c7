import { Defect } from '../../../core/defect.ts';
import { CLASSES } from '../characters/byte-classes.ts';
import { COLUMN_OF } from '../forms/shape-automaton.ts';
import type { PlaceTables } from './place-tables.ts';

// Where things lie in the memory of the module: see `assembly/memory.ts`.
const ENDINGS = 0x0_0000;
const FIRST = 0x1_0000;
const SECOND = 0x3_0000;
const BEGINNINGS = 0x5_0000;
const TRIPLES = 0x6_0000;
export const PLACES = 0x6_8000;
export const AFTER_PLACES = 0x6_c000;
const CLASS = AFTER_PLACES;
const COLUMN = 0x6_c100;
const PHONE_LETTERS = 0x6_c200;
export const TEXT = 0x7_0000;
const LISTED = 0x9_0000;
const LISTS = 0xb_0000;
export const PLAIN_RUN = 0xc_0000;
const TOKEN_ROWS = 0xc_0100;
const SETS = 0xc_8000;
const FIELD_NAMES = 0xd_0000;
const PHONE_BEGINNINGS = 0xe_0000;
export const SHAPES = 0xf_0000;
export const KNOWN_RUNS = 0x33_0000;
export const AFTER_KNOWN_RUNS = 0x37_0000;
const KEYS = 0x37_d000;
const KEYED = 0x38_0000;
const STEPS = 0x38_2000;
const END = 0x39_0000;

/** Copies what the module compares texts with to where it looks for it. */
export function layOut(memory: ArrayBuffer, tables: PlaceTables): void {
  for (const [at, table] of [
    [ENDINGS, tables.endings],
    [KEYS, tables.keys],
    [BEGINNINGS, tables.beginnings],
    [PHONE_BEGINNINGS, tables.phoneBeginnings],
    [TRIPLES, tables.triples],
    [PHONE_LETTERS, tables.phoneLetters],
    [CLASS, CLASSES],
    [COLUMN, COLUMN_OF],
    [SETS, tables.forms.sets],
  ] as const) {
    new Uint8Array(memory, at, table.length).set(table);
  }
  for (const [at, table, room] of [
    [FIRST, tables.first, SECOND],
    [SECOND, tables.second, BEGINNINGS],
    [KEYED, tables.forms.keyed, STEPS],
    [TOKEN_ROWS, tables.forms.tokenRows, SETS],
    [LISTED, tables.forms.listed, LISTS],
    [LISTS, tables.forms.lists, SETS],
    [STEPS, tables.forms.steps, END],
    [FIELD_NAMES, tables.names, PHONE_BEGINNINGS],
  ] as const) {
    if (at + table.byteLength > room) throw new Defect(`There is no room for ${table.byteLength} bytes at ${at}`);
    new Uint16Array(memory, at, table.length).set(table);
  }
}
