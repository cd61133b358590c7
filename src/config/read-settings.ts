/**
 * Reads the settings table against its layers: for every setting the strongest layer that has it wins, else its default.
 * All issues are found at once; a value that is wrong in a weaker layer is an issue too.
 */
import { Defect } from '../core/defect.ts';
import { describe, isRecord, readValue, shown, unknownKeys } from './read-value.ts';
import { isSection, type SettingNode, type SettingPath } from './setting-node.ts';
import type { Origin, SettingLayer, SettingsIssue } from './setting-layers.ts';

export interface Reading {
  /** Strongest first. */
  readonly layers: readonly SettingLayer[];
  /** Where relative paths of defaults start. */
  readonly directory: string;
  readonly issues: SettingsIssue[];
  /** Filled with one entry per setting that has a value. */
  readonly origins: Map<string, Origin>;
}

/** The values of a section, with defaults; members without value or default are absent. */
export function readSection(node: SettingNode, path: readonly string[], reading: Reading): Record<string, unknown> | undefined {
  for (const layer of reading.layers) checkKeys(node, path, layer, reading);
  const result: Record<string, unknown> = {};
  const missing: string[] = [];
  for (const [name, member] of Object.entries(node.properties ?? {})) {
    const value = isSection(member)
      ? readSection(member, [...path, name], reading)
      : readLeaf(member, [...path, name], reading);
    if (value !== undefined) result[name] = value;
    else if (node.required?.includes(name) === true) missing.push(name);
  }
  if (missing.length > 0 && isUnset(path, reading)) {
    for (const key of keysBelow(path, reading)) reading.origins.delete(key);
    return undefined;
  }
  return requireMembers(missing, path, result, reading);
}

/** A section that nobody wrote is absent when it cannot be made of defaults. */
function isUnset(path: readonly string[], reading: Reading): boolean {
  if (path.length === 0 || reading.layers.some((layer) => isRecord(layer.value(path)))) return false;
  return keysBelow(path, reading).every((key) => reading.origins.get(key) === 'default');
}

function keysBelow(path: readonly string[], reading: Reading): string[] {
  return [...reading.origins.keys()].filter((key) => key.startsWith(`${path.join('.')}.`));
}

function requireMembers(
  missing: readonly string[],
  path: readonly string[],
  result: Record<string, unknown>,
  reading: Reading,
): Record<string, unknown> {
  for (const name of missing) {
    // A member that was written wrong has its own issue already.
    const key = [...path, name].join('.');
    if (reading.issues.some((issue) => issue.path === key)) continue;
    const layer = reading.layers.find((candidate) => candidate.value(path) !== undefined) ?? reading.layers[0];
    reading.issues.push({ where: layer?.where(path) ?? 'settings', path: key, message: 'Found nothing, expected a value' });
  }
  return result;
}

function checkKeys(node: SettingNode, path: readonly string[], layer: SettingLayer, reading: Reading): void {
  const raw = layer.value(path);
  if (raw === undefined || raw === null) return;
  if (!isRecord(raw)) {
    const message = `Found ${describe(shown(node, raw))}, expected ${Object.keys(node.properties ?? {}).join(', ')}`;
    reading.issues.push({ where: layer.where(path), path: path.join('.'), message });
    return;
  }
  unknownKeys(node, raw, path, { layer, issues: reading.issues });
}

function readLeaf(node: SettingNode, path: readonly string[], reading: Reading): unknown {
  const key = path.join('.');
  const read: { origin: Origin; value: unknown }[] = [];
  for (const layer of reading.layers) {
    const raw = layer.value(path);
    // `null` is how a file says "not set".
    if (raw !== undefined && raw !== null)
      read.push({ origin: layer.origin, value: readValue(node, raw, path, { layer, issues: reading.issues }) });
  }
  const [strongest] = read;
  if (strongest !== undefined) {
    reading.origins.set(key, strongest.origin);
    return strongest.value;
  }
  if (node.default === undefined) return undefined;
  reading.origins.set(key, 'default');
  return readValue(node, node.default, path, { layer: defaultsLayer(reading), issues: reading.issues });
}

/** The table's own defaults, read by the same code as everybody's values. */
function defaultsLayer(reading: Reading): SettingLayer {
  const where = (path: SettingPath): never => {
    throw new Defect(`The default of ${path.join('.')} does not read`);
  };
  return { origin: 'file', directory: reading.directory, value: () => undefined, where };
}
