import { policyFiles } from '../../../config/policy-files.ts';
import type { Settings } from '../../../config/settings-schema.ts';
import type { SubjectAttributes } from '../../../core/exchange/decision.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { Instant } from '../../../core/units.ts';
import { compilePolicy } from '../../../policy/compile.ts';
import { formatIssue } from '../../../policy/issue.ts';
import type { WorldData } from '../../../policy/model.ts';
import { prepare, type PreparedPolicy } from '../../../policy/target-index.ts';
import { parseAbsoluteForm } from '../../../wire/http/request-target.ts';
import { classify } from '../../../wire/address/address-class.ts';

export type OidcSettings = NonNullable<Settings['oidc']>;

/** What the gateway permits itself toward its identity provider. */
export interface IssuerPolicy {
  readonly policy: PreparedPolicy;
  readonly subject: SubjectAttributes;
}

/**
 * The gateway's own policy for signing people in (invariant 10): subject `cordon`, at home where the node is, may send GET and POST
 * to the host and port of the issuer, which is where `oidc.place` says. Nothing else, and no transfer.
 *
 * @failure a sentence that names the setting
 */
export function issuerPolicy(
  { issuer, place }: OidcSettings,
  node: Settings['node'],
  world: WorldData,
  now: Instant,
): Result<IssuerPolicy, string> {
  const form = parseAbsoluteForm(issuer);
  if (!form.ok) return fail(`oidc.issuer: ${form.failure}`);
  const { scheme, authority } = form.value;
  const { host, port } = authority;
  const isHere = host.kind === 'address' && classify(host.address) === 'loopback';
  if (scheme === 'http' && !isHere)
    return fail('oidc.issuer: Found http, expected https: codes and keys would cross the network in the clear');
  if (node.place === undefined && !isHere) {
    return fail('node.place: Found none, expected where this machine stands, since people sign in elsewhere (oidc.issuer)');
  }
  const home = node.place === undefined ? 'any' : (world.regions.get(node.place) ?? node.place);
  // JSON is YAML in flow style.
  const target =
    host.kind === 'name'
      ? `hosts: ${JSON.stringify([host.name])}`
      : `addresses: ["${host.address.text}/${host.address.family === 4 ? 32 : 128}"]`;
  const text = [
    'cordon: 1',
    `agents: [{ id: cordon, home: ${JSON.stringify(home)}, identify: [{ cidr: ["127.0.0.1/32", "::1/128"] }] }]`,
    // `internal`, since an issuer often stands in a private network; its name, port and certificate are as strict as ever.
    `destinations: [{ id: issuer, ${target}, ports: [${port}], internal: { place: ${JSON.stringify(place)} } }]`,
    'rules: [{ id: sign-in, agents: [cordon], to: [issuer], methods: [GET, POST], then: permit }]',
  ].join('\n');
  const { files, digest } = policyFiles([{ file: 'sign-in.yaml', text }]);
  const { policy, issues } = compilePolicy(files, world, { digest, authority: [], now });
  const [own] = policy?.agents ?? [];
  if (policy === undefined || own === undefined) return fail(`oidc: ${issues.map(formatIssue).join('; ')}`);
  return ok({ policy: prepare(policy), subject: own.attributes });
}
