/**
 * The three places a setting is written in, as one shape: the file, the environment, flags. Each gives the raw value at
 * a path and says where that value stands, so that reading and reporting need not know which it was.
 */
import { parseDocument } from 'yaml';
import { IssueList } from '../policy/issue.ts';
import type { Position } from '../policy/model.ts';
import { parseSource } from '../policy/source.ts';
import { environmentName, type SettingNode, type SettingPath, settingLeaves } from './setting-node.ts';

export type Origin = 'default' | 'file' | 'environment' | 'flag';

/** What is wrong with a setting, and where it is written: `cordon.yaml:3:5`, `CORDON_WORKERS` or `--set workers`. */
export interface SettingsIssue {
  readonly where: string;
  /** `geo.max-age.ranges`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

export interface SettingLayer {
  readonly origin: Exclude<Origin, 'default'>;
  /** Relative paths start here. */
  readonly directory: string;
  /** The raw value; undefined when this layer says nothing about the path. */
  value(path: SettingPath): unknown;
  /** Where the value (or with `key` its name) stands. */
  where(path: SettingPath, part?: 'key'): string;
}

/** The settings file as a layer, read as strictly as a policy file. */
export function fileLayer(text: string, name: string, directory: string): { layer?: SettingLayer; issues: SettingsIssue[] } {
  const found = new IssueList();
  const source = parseSource(name, text, found);
  const issues = found.toSorted([name]).map(({ path, message, hint, ...position }) => ({
    where: positionText(position),
    path,
    message,
    ...(hint !== undefined && { hint }),
  }));
  if (source === undefined || issues.length > 0) return { issues };
  const where = (path: SettingPath, part?: 'key'): string =>
    positionText(part === 'key' ? source.keyPosition(path) : source.position(path));
  return { layer: { origin: 'file', directory, value: (path) => valueAt(source.value, path), where }, issues };
}

const positionText = ({ file, line, column }: Position): string => `${file}:${line}:${column}`;

/** The environment as a layer: `CORDON_` and the path in upper case. An empty variable says nothing. */
export function environmentLayer(
  schema: SettingNode,
  env: Readonly<Record<string, string | undefined>>,
  directory: string,
): SettingLayer {
  const texts = new Map<string, string>();
  for (const { path } of settingLeaves(schema)) {
    const text = env[environmentName(path)];
    if (text !== undefined && text !== '') texts.set(path.join('.'), text);
  }
  return textLayer('environment', schema, texts, directory, (path) => environmentName(path));
}

/** Flags as a layer: path → text. */
export function flagLayer(schema: SettingNode, flags: Readonly<Record<string, string>>, directory: string): SettingLayer {
  return textLayer('flag', schema, new Map(Object.entries(flags)), directory, (path) => `--set ${path.join('.')}`);
}

function textLayer(
  origin: 'environment' | 'flag',
  schema: SettingNode,
  texts: ReadonlyMap<string, string>,
  directory: string,
  name: (path: readonly string[]) => string,
): SettingLayer {
  const values = new Map<string, unknown>();
  for (const { path, node } of settingLeaves(schema)) {
    const key = path.join('.');
    const text = texts.get(key);
    if (text !== undefined) values.set(key, node.type === 'string' ? text : parseFlow(text));
  }
  const value = (path: SettingPath): unknown => values.get(path.join('.'));
  return { origin, directory, value, where: (path) => name(path.filter((part) => typeof part === 'string')) };
}

/** `[a, b]`, `{ a: 1 }`, `5`, `true`; what is not YAML, such as `[::1]:3128`, stays the text it is. */
function parseFlow(text: string): unknown {
  const document = parseDocument(text, { version: '1.2', uniqueKeys: true, stringKeys: true, prettyErrors: false });
  if (document.errors.length > 0 || document.contents === null) return text;
  try {
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    return typeof value === 'string' ? text : value;
  } catch {
    // An alias, which has no business in one value.
    return text;
  }
}

function valueAt(root: unknown, path: SettingPath): unknown {
  let value: unknown = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}
