import { policyFiles } from '../../config/policy-files.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { Host, IpAddress } from '../../core/address.ts';
import type { SubjectAttributes } from '../../core/exchange/decision.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import { compilePolicy } from '../../policy/compile.ts';
import { formatIssue } from '../../policy/issue.ts';
import type { WorldData } from '../../policy/model.ts';
import { prepare, type PreparedPolicy } from '../../policy/target-index.ts';
import { classify } from '../../wire/address/address-class.ts';
import { parseAbsoluteForm, type AbsoluteForm } from '../../wire/http/request-target.ts';

/** An endpoint that the settings name for the gateway's own use. */
export interface OwnEndpoint {
  /** `oidc.issuer`, for messages. */
  readonly setting: string;
  /** Of the rule that permits it, as the record names it. */
  readonly rule: string;
  readonly url: string;
  /** As the settings state it. */
  readonly place: string;
  readonly methods: readonly ('GET' | 'POST')[];
  /** Addresses that may be private: `any` that the name has, or these; none: it has to be a public one. */
  readonly internal: 'any' | readonly IpAddress[];
  /** What the gateway would do elsewhere: `people sign in elsewhere`. */
  readonly because: string;
}

/** What the gateway permits itself toward one endpoint. */
export interface OwnPolicy {
  readonly policy: PreparedPolicy;
  readonly subject: SubjectAttributes;
  readonly form: AbsoluteForm;
}

/**
 * The gateway's own policy toward an endpoint (invariant 10): subject `cordon`, at home where the node is, may send these
 * methods to the host and port of its URL, which is where the settings say. Nothing else, and no transfer.
 *
 * @failure a sentence that names the setting
 */
export function ownEndpointPolicy(
  endpoint: OwnEndpoint,
  node: Settings['node'],
  world: WorldData,
  now: Instant,
): Result<OwnPolicy, string> {
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
  const home = node.place === undefined ? 'any' : (world.regions.get(node.place) ?? node.place);
  const { files, digest } = policyFiles([{ file: 'own.yaml', text: policyText(endpoint, authority, home) }]);
  const { policy, issues } = compilePolicy(files, world, { digest, authority: [], now });
  const [own] = policy?.agents ?? [];
  if (policy === undefined || own === undefined) {
    // Either of URL and place may be wrong.
    return fail(`${setting.slice(0, setting.lastIndexOf('.'))}: ${issues.map(formatIssue).join('; ')}`);
  }
  return ok({ policy: prepare(policy), subject: own.attributes, form: form.value });
}

function policyText(
  endpoint: OwnEndpoint,
  { host, port }: { readonly host: Host; readonly port: number },
  home: string,
): string {
  const { rule, methods } = endpoint;
  return [
    'cordon: 1',
    `agents: [{ id: cordon, home: ${quoted(home)}, identify: [{ cidr: ["127.0.0.1/32", "::1/128"] }] }]`,
    `destinations: [{ id: endpoint, ${target(host, endpoint)}, ports: [${port}] }]`,
    `rules: [{ id: ${rule}, agents: [cordon], to: [endpoint], methods: ${quoted(methods)}, then: permit }]`,
  ].join('\n');
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

/** JSON is YAML in flow style. */
const quoted = (value: string | readonly string[]): string => JSON.stringify(value);
