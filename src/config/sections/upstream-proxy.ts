import { parseAbsoluteForm } from '../../wire/http/request-target.ts';
import { classify } from '../../wire/address/address-class.ts';
import type { SettingLayer, SettingsIssue } from '../setting-layers.ts';
import type { Settings, UpstreamProxySetting } from '../settings-schema.ts';

const SECTION = 'upstream-proxy';

/** The settings with the members of `upstream-proxy` told where they are written, so that what is found out later can be told there. */
export function withWrittenProxy(settings: Settings, layers: readonly SettingLayer[]): Settings {
  const proxy = settings[SECTION];
  if (proxy === undefined) return settings;
  const at = (member: keyof UpstreamProxySetting['written']): string => whereIn(layers, member);
  return { ...settings, [SECTION]: { ...proxy, written: { url: at('url'), place: at('place'), secret: at('secret') } } };
}

/** What can be told of it by what is written alone; the rest needs the world. */
export function upstreamProxyIssues({ node, [SECTION]: proxy }: Settings, layers: readonly SettingLayer[]): SettingsIssue[] {
  if (proxy === undefined) return [];
  const issues: SettingsIssue[] = [];
  const add = (member: keyof UpstreamProxySetting['written'], message: string): void =>
    void issues.push({ where: whereIn(layers, member), path: `${SECTION}.${member}`, message });
  if (node.place === undefined) {
    add(
      'place',
      `Found ${proxy.place} without node.place, expected where this machine stands as well: everything leaves through there`,
    );
  }
  if (proxy.secret !== undefined && !isSealed(proxy.url)) {
    add(
      'secret',
      `Found it with ${proxy.url}, expected https, or a proxy on this machine: the credential would cross the network in the clear`,
    );
  }
  return issues;
}

/** Nobody between here and there reads what it is sent. */
function isSealed(url: string): boolean {
  const form = parseAbsoluteForm(url);
  if (!form.ok) return false;
  const { host } = form.value.authority;
  return form.value.scheme === 'https' || (host.kind === 'address' && classify(host.address) === 'loopback');
}

function whereIn(layers: readonly SettingLayer[], member: string): string {
  const path = [SECTION, member];
  return layers.find((layer) => (layer.value(path) ?? undefined) !== undefined)?.where(path) ?? 'settings';
}
