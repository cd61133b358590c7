import type { Position } from '../model.ts';

/** Keys and positions from the root of a document to one of its values. */
export type Path = readonly (string | number)[];

/** One policy file, read: its values, and where each of them stands. */
export interface ParsedSource {
  readonly file: string;
  /** Text, numbers, booleans, null, arrays and null-prototype objects; undefined where an issue was reported already. */
  readonly value: unknown;
  /** Where the value at `path` starts; for a path that does not exist, where its nearest ancestor starts. */
  position(path: Path): Position;
  /** Where the key of the value at `path` starts; items of a list have none, so theirs is where the item starts. */
  keyPosition(path: Path): Position;
}
