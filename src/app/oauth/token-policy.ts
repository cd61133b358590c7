import type { Settings } from '../../config/settings-schema.ts';
import { type Authority, hostText } from '../../core/address.ts';
import type { TokenTransfer } from '../../core/exchange/injection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import type { CompiledDestination, CompiledPolicy, WorldData } from '../../policy/model.ts';
import { prepare } from '../../policy/target-index.ts';
import { classify } from '../../wire/address/address-class.ts';
import { parseAbsoluteForm } from '../../wire/http/request-target.ts';
import type { EndpointPolicy } from '../egress/own-endpoint-policy.ts';
import { OWN_SUBJECT, ownPolicy, quoted } from '../egress/own-policy.ts';

/** Where a token is fetched, as a policy says. */
interface TokenPlace {
  readonly tokenUrl: string;
  readonly transfer?: TokenTransfer | undefined;
}

export interface TokenPolicyParts {
  /** The one that names the endpoint: what it states of its destinations counts for the endpoint too. */
  readonly policy: CompiledPolicy;
  readonly node: Settings['node'];
  readonly world: WorldData;
  readonly now: Instant;
}

/**
 * The gateway's own policy toward a token endpoint (invariant 10): subject `cordon`, at home where the node is, may POST to
 * its host and port. Where that is, evidence says and the destinations that the policy declares: a private address needs one with
 * `internal`, another jurisdiction than that of the node a `transfer`.
 *
 * @failure a sentence
 */
export function tokenPolicy({ tokenUrl, transfer }: TokenPlace, parts: TokenPolicyParts): Result<EndpointPolicy, string> {
  const { policy, node, world, now } = parts;
  const form = parseAbsoluteForm(tokenUrl);
  if (!form.ok) return form;
  const { authority } = form.value;
  const { host } = authority;
  if (node.place === undefined && !(host.kind === 'address' && classify(host.address) === 'loopback')) {
    return fail('node.place: Found none, expected where this machine stands, since the gateway fetches tokens elsewhere');
  }
  const own = ownPolicy(policyLines(authority, transfer), node, world, now);
  if (!own.ok) return own;
  const { subject } = own.value;
  const compiled = own.value.policy.policy;
  const destinations = [...compiled.destinations, ...policy.destinations.filter(saysSomething)];
  // Led through as well, so that what they state of TLS counts where they cover the endpoint.
  const to = destinations.map((_, position) => position);
  const rules = compiled.rules.map((rule) => ({ ...rule, to }));
  return ok({ policy: prepare({ ...compiled, destinations, rules }), subject, form: form.value });
}

function policyLines({ host, port }: Authority, transfer: TokenTransfer | undefined): readonly string[] {
  const target = host.kind === 'name' ? `hosts: ${quoted([host.name])}` : `addresses: ${quoted([hostText(host)])}`;
  const carried = transfer === undefined ? '' : `, transfer: ${JSON.stringify(transfer)}`;
  return [
    `destinations: [{ id: endpoint, ${target}, ports: [${port}] }]`,
    `rules: [{ id: oauth2, agents: [${OWN_SUBJECT}], to: [endpoint], methods: [POST], then: permit${carried} }]`,
  ];
}

function saysSomething({ attest, internal, tls, frameworks }: CompiledDestination): boolean {
  return attest !== undefined || internal !== undefined || tls !== undefined || frameworks.size > 0;
}
