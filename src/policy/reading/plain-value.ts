import { isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { showPath } from './spot.ts';

/** Deeper than any policy needs, shallower than any stack. */
const MAX_DEPTH = 24;

/** The pairs of every mapping by key, for looking positions up. */
export type KeyIndex = Map<YAMLMap, ReadonlyMap<string, Pair>>;

interface Reading {
  readonly keys: KeyIndex;
  report(offset: number, path: string, message: string, hint?: string): void;
}

/**
 * The plain value of a YAML node: null-prototype objects, so that no key means more than itself. A part that is not plain
 * (alias, tag, anchor, odd number, non-text key, duplicate) is reported and reads as undefined.
 */
export function plainValue(node: unknown, reading: Reading, path: readonly (string | number)[] = []): unknown {
  if (node === null) return null;
  const start = (node as Node).range?.[0] ?? 0;
  const where = showPath(path);
  if (path.length > MAX_DEPTH) {
    reading.report(start, where, `Found values nested deeper than ${MAX_DEPTH} levels`);
    return undefined;
  }
  if (isAlias(node)) {
    reading.report(start, where, `Found the alias *${node.source}, expected the value itself`, 'write the value out');
    return undefined;
  }
  if (!reportDecoration(node as Scalar | YAMLMap | YAMLSeq, start, where, reading)) return undefined;
  if (isMap(node)) return plainObject(node, reading, path);
  if (isSeq(node)) return node.items.map((item, index) => plainValue(item, reading, [...path, index]));
  return isScalar(node) ? plainScalar(node, start, where, reading) : undefined;
}

/** Whether the node is free of anchors and tags. */
function reportDecoration(node: Scalar | YAMLMap | YAMLSeq, start: number, where: string, reading: Reading): boolean {
  if (node.anchor !== undefined) {
    reading.report(start, where, `Found the anchor &${node.anchor}, expected none`, 'write the value out where it is used');
    return false;
  }
  if (node.tag !== undefined) {
    reading.report(start, where, `Found the tag ${node.tag}, expected none`, 'quote the value if it is text');
    return false;
  }
  return true;
}

function plainObject(map: YAMLMap, reading: Reading, path: readonly (string | number)[]): Record<string, unknown> {
  const object = Object.create(null) as Record<string, unknown>;
  const index = new Map<string, Pair>();
  reading.keys.set(map, index);
  for (const pair of map.items) {
    const key = isPair(pair) ? plainKey(pair, reading, showPath(path)) : undefined;
    if (key === undefined) continue;
    if (index.has(key)) {
      const start = (pair.key as Node).range?.[0] ?? 0;
      reading.report(start, showPath([...path, key]), `Found the key "${key}" twice, expected each key once`);
      continue;
    }
    index.set(key, pair);
    object[key] = plainValue(pair.value, reading, [...path, key]);
  }
  return object;
}

function plainKey(pair: Pair, reading: Reading, where: string): string | undefined {
  const key = pair.key;
  const start = (key as Node | null)?.range?.[0] ?? 0;
  if (!isScalar(key) || typeof key.value !== 'string') {
    reading.report(start, where, 'Found a key that is not text, expected a name', 'quote it');
    return undefined;
  }
  if (!reportDecoration(key, start, where, reading)) return undefined;
  if (key.value === '<<') {
    reading.report(start, where, 'Found the merge key <<, expected every key written out');
    return undefined;
  }
  return key.value;
}

const PLAIN_INTEGER = /^-?(?:0|[1-9]\d{0,14})$/;

function plainScalar(scalar: Scalar, start: number, where: string, reading: Reading): unknown {
  const { value, source } = scalar;
  if (typeof value !== 'number' || PLAIN_INTEGER.test(source ?? '')) return value;
  // 0o10, 010, 0x1F, 1e3, +5, .inf: people and YAML versions disagree about what these are.
  const message = `Found the number ${(source ?? '').slice(0, 40)}, expected a plain whole number or quoted text`;
  reading.report(start, where, message, `write ${value} or quote it`);
  return undefined;
}
