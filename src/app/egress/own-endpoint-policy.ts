import type { Settings } from '../../config/settings-schema.ts';
import type { Authority, Host, IpAddress } from '../../core/address.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import type { WorldData } from '../../policy/model.ts';
import { classify } from '../../wire/address/address-class.ts';
import { parseAbsoluteForm, type AbsoluteForm } from '../../wire/http/request-target.ts';
import { OWN_SUBJECT, ownPolicy, quoted, type OwnPolicy } from './own-policy.ts';
import type { OwnMethod } from './pinned-exchange.ts';

/** An endpoint that the settings name for the gateway's own use. */
export interface OwnEndpoint {
  /** `oidc.issuer`, for messages. */
  readonly setting: string;
  /** Of the rule that permits it, as the record names it. */
  readonly rule: string;
  readonly url: string;
  /** As the settings state it. */
  readonly place: string;
  readonly methods: readonly OwnMethod[];
  /** Addresses that may be private: `any` that the name has, or these; none: it has to be a public one. */
  readonly internal: 'any' | readonly IpAddress[];
  /** Only what anybody may read is asked for, with GET: it may come from outside home (contract §4.1.4, `public-data`). */
  readonly isPublic?: true;
  /** What the gateway would do elsewhere: `people sign in elsewhere`. */
  readonly because: string;
}

/** What the gateway permits itself toward one endpoint. */
export interface EndpointPolicy extends OwnPolicy {
  readonly form: AbsoluteForm;
}

/**
 * The gateway's own policy toward an endpoint (invariant 10): subject `cordon`, at home where the node is, may send these
 * methods to the host and port of its URL, which is where the settings say. Nothing else, and no transfer but for public data.
 *
 * @failure a sentence that names the setting
 */
export function ownEndpointPolicy(
  endpoint: OwnEndpoint,
  node: Settings['node'],
  world: WorldData,
  now: Instant,
): Result<EndpointPolicy, string> {
  const { setting, url, because } = endpoint;
  const form = parseAbsoluteForm(url);
  if (!form.ok) return fail(`${setting}: ${form.failure}`);
  const { scheme, authority } = form.value;
  const { host } = authority;
  const isHere = host.kind === 'address' && classify(host.address) === 'loopback';
  if (scheme === 'http' && !isHere) {
    return fail(`${setting}: Found http, expected https: what is sent would cross the network in the clear`);
  }
  if (node.place === undefined && !isHere) {
    return fail(`node.place: Found none, expected where this machine stands, since ${because} (${setting})`);
  }
  const own = ownPolicy(policyLines(endpoint, authority), node, world, now);
  // Either of URL and place may be wrong.
  if (!own.ok) return fail(`${setting.slice(0, setting.lastIndexOf('.'))}: ${own.failure}`);
  return ok({ ...own.value, form: form.value });
}

function policyLines(endpoint: OwnEndpoint, { host, port }: Authority): readonly string[] {
  const { rule, methods, place, isPublic } = endpoint;
  const transfer = isPublic === true ? `, transfer: { to: ${quoted([place])}, basis: public-data }` : '';
  return [
    `destinations: [{ id: endpoint, ${target(host, endpoint)}, ports: [${port}] }]`,
    `rules: [{ id: ${rule}, agents: [${OWN_SUBJECT}], to: [endpoint], methods: ${quoted(methods)}, then: permit${transfer} }]`,
  ];
}

function target(host: Host, { internal, place }: OwnEndpoint): string {
  const stated = `internal: { place: ${quoted(place)} }`;
  if (host.kind === 'address') return `addresses: ${blocks([host.address])}, ${stated}`;
  const hosts = `hosts: ${quoted([host.name])}`;
  if (internal === 'any') return `${hosts}, ${stated}`;
  if (internal.length > 0) return `${hosts}, addresses: ${blocks(internal)}, ${stated}`;
  // The settings have no end date either: whoever changes them restarts.
  return `${hosts}, attest: { place: ${quoted(place)}, covers: [entry, processing, storage], basis: cordon.yaml, until: "9999-12-31" }`;
}

function blocks(addresses: readonly IpAddress[]): string {
  return quoted(addresses.map(({ text, family }) => `${text}/${family === 4 ? 32 : 128}`));
}
