import type { TextKind } from './setting-text.ts';

/** What `read-settings.ts` and the generated page look at beside the JSON Schema keywords. */
export interface SettingAnnotations {
  readonly description?: string;
  /** As a person would write it. */
  readonly default?: unknown;
  /** The text is parsed as this kind. */
  readonly reads?: TextKind;
  /** A plain text stands for an object with just this member. */
  readonly shorthand?: string;
  /** A single value stands for a list of one. */
  readonly single?: true;
  /** A list in the place of the section stands for this member of it. */
  readonly listed?: string;
  /** Printed without what may be secret in it. */
  readonly secret?: true;
  /** The member whose value it takes when it is not set. */
  readonly follows?: string;
}

/** The closed part of JSON Schema that the settings table uses, with its annotations: what reading and printing walk. */
export interface SettingNode extends SettingAnnotations {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly properties?: Readonly<Record<string, SettingNode>>;
  readonly required?: readonly string[];
  readonly items?: SettingNode;
  readonly patternProperties?: Readonly<Record<string, SettingNode>>;
  readonly anyOf?: readonly SettingNode[];
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
}

/** Where a setting stands in the table: `['geo', 'max-age', 'ranges']`. */
export type SettingPath = readonly (string | number)[];

/** A group of settings that are set one by one; everything else is set as a whole, in one place. */
export function isSection(node: SettingNode): boolean {
  return node.properties !== undefined && node.shorthand === undefined;
}

/** Every setting that is set as a whole, in the order of the table. */
export function* settingLeaves(
  node: SettingNode,
  path: readonly string[] = [],
): Generator<{ path: readonly string[]; node: SettingNode }> {
  for (const [name, member] of Object.entries(node.properties ?? {})) {
    if (isSection(member)) yield* settingLeaves(member, [...path, name]);
    else yield { path: [...path, name], node: member };
  }
}

/** The environment variable of a setting: `CORDON_GEO_MAX_AGE_RANGES`. */
export function environmentName(path: readonly string[]): string {
  return `CORDON_${path.join('_').replaceAll('-', '_').toUpperCase()}`;
}
