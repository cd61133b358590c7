import type { Settings } from '../../config/settings-schema.ts';
import { hostText } from '../../core/address.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import type { WorldData } from '../../policy/model.ts';
import { parseAbsoluteForm } from '../../wire/http/request-target.ts';
import { insideHome } from '../loading/inside-home.ts';
import { anchorsWith } from './own-egress.ts';
import { ownEndpointPolicy, type EndpointPolicy, type OwnEndpoint } from './own-endpoint-policy.ts';

/** Somebody of the settings whom the gateway tells what it knows of agents. */
export interface OwnReceiver {
  /** As people read it: a name or an address. */
  readonly host: string;
  readonly own: EndpointPolicy;
  /** PEM, beside the public roots; absent: those alone. */
  readonly anchors: readonly string[] | undefined;
}

/** What it is judged with. */
export interface ReceiverParts {
  readonly settings: Settings;
  readonly world: WorldData;
  readonly now: Instant;
  /** PEM texts of `trust`. */
  readonly anchors: readonly string[];
}

/** The endpoint, whose addresses come from the settings, and why it has to be at home. */
export type ReceiverEndpoint = Omit<OwnEndpoint, 'setting' | 'internal'> & {
  /** `webhooks[0]`, which has `place`, and the URL under `url` unless `member` says otherwise. */
  readonly setting: string;
  readonly member?: string;
  readonly atHome: string;
};

/**
 * Judges a receiver as far as that goes before anything is sent: its URL, its place, and that this is at home.
 * @failure a sentence that names the setting
 */
export function ownReceiver(
  { setting, member = 'url', atHome, ...endpoint }: ReceiverEndpoint,
  { settings, world, now, anchors }: ReceiverParts,
): Result<OwnReceiver, string> {
  const { url, place } = endpoint;
  const form = parseAbsoluteForm(url);
  if (!form.ok) return fail(`${setting}.${member}: ${form.failure}`);
  const { host } = form.value.authority;
  // A name may be private only where the settings say which addresses it has.
  const internal = host.kind === 'name' ? (settings.resolver.hosts[host.name] ?? []) : [host.address];
  const own = ownEndpointPolicy({ ...endpoint, setting: `${setting}.${member}`, internal }, settings.node, world, now);
  if (!own.ok) return own;
  const home = insideHome({ setting: `${setting}.place`, place, because: atHome }, settings.node, world);
  if (!home.ok) return home;
  const believed = internal.length === 0 ? undefined : anchorsWith(anchors);
  return ok({ host: hostText(host), own: own.value, anchors: believed });
}
