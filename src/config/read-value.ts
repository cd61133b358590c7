/**
 * Reads one value by its node of the settings table. A value that does not read leaves an issue that says what was found
 * and what was expected, and reads as undefined; the caller looks at the issues before it uses anything.
 */
import { Defect, unreachable } from '../core/defect.ts';
import { didYouMean } from '../policy/text/nearest.ts';
import type { SettingLayer, SettingsIssue } from './setting-layers.ts';
import type { SettingNode, SettingPath } from './setting-node.ts';
import { TEXT_READERS } from './setting-text.ts';

/** Where a value was found, and where to say what is wrong with it. */
export interface Spot {
  readonly layer: SettingLayer;
  readonly issues: SettingsIssue[];
}

/** The value as the program uses it: parsed, complete with the defaults of its members. */
export function readValue(node: SettingNode, raw: unknown, path: SettingPath, spot: Spot): unknown {
  if (node.anyOf !== undefined) return readAlternative(node.anyOf, raw, path, spot);
  if (node.single === true && !Array.isArray(raw)) return [readValue(node.items ?? {}, raw, path, spot)];
  if (node.shorthand !== undefined && typeof raw === 'string') return readObject(node, { [node.shorthand]: raw }, path, spot);
  return readTyped(node, raw, path, spot);
}

function readTyped(node: SettingNode, raw: unknown, path: SettingPath, spot: Spot): unknown {
  switch (node.type) {
    case 'array':
      return Array.isArray(raw) ? readList(node, raw, path, spot) : refuse(raw, 'a list', path, spot);
    case 'object':
      return isRecord(raw) ? readMembers(node, raw, path, spot) : refuse(raw, `a map of ${namesIn(node)}`, path, spot);
    case 'string':
      return readText(node, raw, path, spot);
    case 'integer':
      return readInteger(node, raw, path, spot);
    case 'boolean':
      return typeof raw === 'boolean' ? raw : refuse(raw, 'true or false', path, spot);
    case undefined:
      throw new Defect(`${path.join('.')} has no type`);
    default:
      return unreachable(node.type);
  }
}

/** A literal wins by value; otherwise the alternative that is not a literal says what is wrong. */
function readAlternative(alternatives: readonly SettingNode[], raw: unknown, path: SettingPath, spot: Spot): unknown {
  if (alternatives.some((alternative) => alternative.const !== undefined && alternative.const === raw)) return raw;
  const open = alternatives.find((alternative) => alternative.const === undefined);
  return open === undefined ? refuse(raw, 'one of the literals', path, spot) : readValue(open, raw, path, spot);
}

function readText(node: SettingNode, raw: unknown, path: SettingPath, spot: Spot): unknown {
  if (node.enum !== undefined) {
    return typeof raw === 'string' && node.enum.includes(raw) ? raw : refuse(raw, oneOf(node.enum), path, spot);
  }
  const read = TEXT_READERS[node.reads ?? 'text'](String(raw), spot.layer.directory);
  if (typeof raw === 'string' && read.ok) return read.value;
  // A bare number where a duration belongs gets the sentence about durations.
  if (read.ok || isRecord(raw) || Array.isArray(raw)) return refuse(shown(node, raw), 'text (in quotes)', path, spot);
  spot.issues.push({ where: spot.layer.where(path), path: path.join('.'), message: read.failure });
  return undefined;
}

function readInteger(node: SettingNode, raw: unknown, path: SettingPath, spot: Spot): unknown {
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = node;
  const fits = typeof raw === 'number' && Number.isSafeInteger(raw) && raw >= minimum && raw <= maximum;
  return fits ? raw : refuse(raw, `a whole number from ${minimum} to ${maximum}`, path, spot);
}

function readList(node: SettingNode, raw: readonly unknown[], path: SettingPath, spot: Spot): unknown {
  const { maxItems = Number.MAX_SAFE_INTEGER, items = {} } = node;
  if (raw.length > maxItems) return refuse(raw, `at most ${maxItems} entries`, path, spot);
  return raw.map((item, index) => readValue(items, item, [...path, index], spot));
}

function readMembers(node: SettingNode, raw: Record<string, unknown>, path: SettingPath, spot: Spot): unknown {
  return node.patternProperties === undefined
    ? readObject(node, raw, path, spot)
    : readMap(node.patternProperties, raw, path, spot);
}

function readObject(node: SettingNode, raw: Record<string, unknown>, path: SettingPath, spot: Spot): unknown {
  unknownKeys(node, raw, path, spot);
  const result: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(node.properties ?? {})) {
    const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
    const given = value ?? member.default;
    if (given !== undefined) result[name] = readValue(member, given, [...path, name], spot);
    else if (node.required?.includes(name) === true) missingMember(name, path, spot);
  }
  return result;
}

function missingMember(name: string, path: SettingPath, spot: Spot): void {
  const message = 'Found nothing, expected a value';
  spot.issues.push({ where: spot.layer.where(path), path: [...path, name].join('.'), message });
}

/** A map with free names; without prototype, so that no name finds more than what was written. */
function readMap(
  patterns: Readonly<Record<string, SettingNode>>,
  raw: Record<string, unknown>,
  path: SettingPath,
  spot: Spot,
): unknown {
  const [[pattern, node] = ['', {}]] = Object.entries(patterns);
  const name = new RegExp(pattern, 'v');
  const result = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of Object.entries(raw)) {
    if (name.test(key)) result[key] = readValue(node, value, [...path, key], spot);
    else refuse(key, 'a lower-case name without trailing dot', [...path, key], spot);
  }
  return result;
}

/** An issue for every key that the node does not know. */
export function unknownKeys(node: SettingNode, raw: Record<string, unknown>, path: SettingPath, spot: Spot): void {
  const known = Object.keys(node.properties ?? {});
  for (const key of Object.keys(raw)) {
    if (known.includes(key)) continue;
    spot.issues.push({
      where: spot.layer.where([...path, key], 'key'),
      path: [...path, key].join('.'),
      message: `Unknown key "${key}"`,
      hint: didYouMean(key, known) ?? `known here: ${known.join(', ')}`,
    });
  }
}

function refuse(raw: unknown, wanted: string, path: SettingPath, spot: Spot): undefined {
  spot.issues.push({
    where: spot.layer.where(path),
    path: path.join('.'),
    message: `Found ${describe(raw)}, expected ${wanted}`,
  });
}

const oneOf = (values: readonly string[]): string => (values.length === 1 ? `"${values[0]}"` : `one of ${values.join(', ')}`);
const namesIn = (node: SettingNode): string => Object.keys(node.properties ?? {}).join(', ') || 'names to values';

/** A found value, for a sentence. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 100)}"`;
  if (Array.isArray(value)) return 'a list';
  return isRecord(value) ? 'a map' : String(value);
}

/** The value, or where the node holds a secret and the value may be it, what may be said instead. */
export function shown(node: SettingNode, raw: unknown): unknown {
  const nodes = [node, ...Object.values(node.properties ?? {})];
  return isRecord(raw) || Array.isArray(raw) || !nodes.some(({ reads }) => reads === 'secret') ? raw : '***';
}

/** Whether it is a map of names to values. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
