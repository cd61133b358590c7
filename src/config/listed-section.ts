import type { SettingLayer } from './setting-layers.ts';
import type { SettingNode, SettingPath } from './setting-node.ts';

/**
 * The layer with sections that are written as lists (`recordings: [{ for: eu, … }]`) as what they stand for: the member that the
 * table names (`listed`). What is wrong is told where it is written.
 */
export function withListedSections(layer: SettingLayer, table: SettingNode): SettingLayer {
  const members = new Map<string, string>();
  for (const [name, { listed }] of Object.entries(table.properties ?? {}))
    if (listed !== undefined && Array.isArray(layer.value([name]))) members.set(name, listed);
  if (members.size === 0) return layer;
  const memberOf = ([section]: SettingPath): string | undefined =>
    typeof section === 'string' ? members.get(section) : undefined;
  const asWritten = (path: SettingPath): SettingPath => (path[1] === memberOf(path) ? [path[0]!, ...path.slice(2)] : path);
  return {
    ...layer,
    value(path) {
      const member = memberOf(path);
      if (member === undefined) return layer.value(path);
      if (path.length === 1) return { [member]: layer.value(path) };
      return path[1] === member ? layer.value(asWritten(path)) : undefined;
    },
    where: (path, part) => layer.where(memberOf(path) === undefined ? path : asWritten(path), part),
  };
}
