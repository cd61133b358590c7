import { stringify } from 'yaml';
import type { Cidr, IpAddress } from '../core/address.ts';
import { Defect, unreachable } from '../core/defect.ts';
import type { LoadedSettings } from './load-settings.ts';
import type { Origin } from './setting-layers.ts';
import { isSection, type SettingNode } from './setting-node.ts';
import { type SocketAddress, socketAddressText } from './setting-text.ts';
import { SETTINGS_NODE } from './settings-schema.ts';

/** One setting as `--print-config --json` shows it. */
export interface PrintedSetting {
  readonly path: string;
  /** As it would be written in the file; secrets hidden. */
  readonly value: unknown;
  readonly origin: Origin;
}

/** Every setting in force with where it came from, in the order of the table. */
export function listSettings(loaded: LoadedSettings): PrintedSetting[] {
  return [...walk(SETTINGS_NODE, loaded.settings, [])].map(({ path, value }) => ({
    path: path.join('.'),
    value,
    origin: loaded.origins.get(path.join('.')) ?? 'default',
  }));
}

/** The settings in force as a settings file that could be used again, each with its origin as a comment. */
export function printSettings(loaded: LoadedSettings): string {
  const lines: string[] = [];
  let open: readonly string[] = [];
  for (const { path, value } of walk(SETTINGS_NODE, loaded.settings, [])) {
    const shared = open.findIndex((name, depth) => path[depth] !== name);
    const from = shared === -1 ? open.length : shared;
    for (let depth = from; depth < path.length - 1; depth++) lines.push(`${'  '.repeat(depth)}${path[depth]}:`);
    open = path.slice(0, -1);
    const origin = loaded.origins.get(path.join('.')) ?? 'default';
    const text = stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trimEnd();
    lines.push(`${'  '.repeat(path.length - 1)}${path.at(-1)}: ${text} # ${origin}`);
  }
  return `${lines.join('\n')}\n`;
}

function* walk(
  node: SettingNode,
  values: unknown,
  path: readonly string[],
): Generator<{ path: readonly string[]; value: unknown }> {
  for (const [name, member] of Object.entries(node.properties ?? {})) {
    const value = (values as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    if (isSection(member)) yield* walk(member, value, [...path, name]);
    else yield { path: [...path, name], value: write(member, value) };
  }
}

/** The inverse of reading: the value as a person would write it. */
function write(node: SettingNode, value: unknown): unknown {
  if (node.anyOf !== undefined) {
    const open = node.anyOf.find((alternative) => alternative.const === undefined);
    return open === undefined || node.anyOf.some((alternative) => alternative.const === value) ? value : write(open, value);
  }
  if (Array.isArray(value)) return value.map((item) => write(node.items ?? {}, item));
  if (node.properties !== undefined) return writeMembers(node, value as Record<string, unknown>);
  if (node.patternProperties !== undefined) {
    const [pattern = {}] = Object.values(node.patternProperties);
    return Object.fromEntries(
      Object.entries(value as Record<string, unknown>).map(([name, item]) => [name, write(pattern, item)]),
    );
  }
  return node.type === 'string' ? writeText(node, value) : value;
}

function writeMembers(node: SettingNode, value: Record<string, unknown>): Record<string, unknown> {
  const members = Object.entries(node.properties ?? {}).filter(([name]) => value[name] !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, write(member, value[name])]));
}

function writeText(node: SettingNode, value: unknown): unknown {
  switch (node.reads) {
    case 'duration':
      return inLargestUnit(value as number, [
        ['d', 86_400_000],
        ['h', 3_600_000],
        ['m', 60_000],
        ['s', 1000],
        ['ms', 1],
      ]);
    case 'size':
      return inLargestUnit(value as number, [
        ['GiB', 1024 ** 3],
        ['MiB', 1024 ** 2],
        ['KiB', 1024],
        ['B', 1],
      ]);
    case 'listen':
    case 'name-server':
      return socketAddressText(value as SocketAddress);
    case 'ip':
    case 'cidr':
      return (value as IpAddress | Cidr).text;
    case 'secret':
      return '***';
    case 'path':
    case 'url':
    case 'proxy':
    case 'database':
    case 'place':
    case 'text':
    case undefined:
      return withoutSecrets(node, value as string);
    default:
      return unreachable(node.reads);
  }
}

function inLargestUnit(value: number, units: readonly (readonly [name: string, factor: number])[]): string {
  const unit = units.find(([, factor]) => value !== 0 && value % factor === 0) ?? units.at(-1);
  if (unit === undefined) throw new Defect('A unit table is empty');
  return `${value / unit[1]}${unit[0]}`;
}

/** User information, path and query of a URL may be secret (a webhook's path often is): what is left says where it goes. */
function withoutSecrets(node: SettingNode, text: string): string {
  if (node.secret !== true) return text;
  const match = /^([a-z]+:\/\/)([^@/?#]*@)?([^/?#]*)(.*)$/is.exec(text);
  if (match === null) return text;
  const [, scheme, user, authority, rest] = match;
  return `${scheme}${user === undefined ? '' : '***@'}${authority}${rest === '' || rest === '/' ? rest : '/***'}`;
}
