import { policyFiles } from '../../config/policy-files.ts';
import type { Settings } from '../../config/settings-schema.ts';
import { COUNTRY_CODES } from '../../core/place/country.ts';
import type { SubjectAttributes } from '../../core/exchange/decision.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import type { UpdateSource } from '../../destination/update/source.ts';
import { compilePolicy } from '../../policy/compile.ts';
import { formatIssue } from '../../policy/issue.ts';
import type { WorldData } from '../../policy/model.ts';
import { prepare, type PreparedPolicy } from '../../policy/target-index.ts';

/** The subject that the gateway itself is (invariant 10). */
const OWN_SUBJECT = 'cordon';

/** A policy of one subject. */
export interface OwnPolicy {
  readonly policy: PreparedPolicy;
  readonly subject: SubjectAttributes;
}

/** Where publishers' pages link to; their addresses are not known before. */
const LINKED_HOSTS = ['download.microsoft.com'];

/**
 * What the gateway permits itself for an update of its tables: GET without content, from the publishers, as a transfer of
 * public data, at home where the node is. Nothing else.
 *
 * @failure the issues, when `node.place` is no place that can be a home
 */
export function ownEgressPolicy(
  settings: Settings,
  sources: readonly UpdateSource[],
  world: WorldData,
  now: Instant,
): Result<OwnPolicy, string> {
  const { place } = settings.node;
  const home = place === undefined ? 'any' : (world.regions.get(place) ?? place);
  const text = [
    'cordon: 1',
    `agents: [{ id: ${OWN_SUBJECT}, home: ${quoted(home)}, identify: [{ cidr: ["127.0.0.1/32", "::1/128"] }] }]`,
    `destinations: [{ id: publishers, hosts: ${quoted(hostsOf(sources))}, ports: [443] }]`,
    'rules:',
    `  - { id: table-updates, agents: [${OWN_SUBJECT}], to: [publishers], methods: [GET], then: permit,`,
    `      transfer: { to: ${quoted([...COUNTRY_CODES, 'global', 'anycast', 'unknown'])}, basis: public-data } }`,
  ].join('\n');
  const { files, digest } = policyFiles([{ file: 'own-egress.yaml', text }]);
  const { policy, issues } = compilePolicy(files, world, { digest, authority: [], now });
  const [own] = policy?.agents ?? [];
  if (policy === undefined || own === undefined) return fail(`node.place: ${issues.map(formatIssue).join('; ')}`);
  return ok({ policy: prepare(policy), subject: own.attributes });
}

/** JSON is YAML in flow style. */
const quoted = (value: string | readonly string[]): string => JSON.stringify(value);

function hostsOf(sources: readonly UpdateSource[]): string[] {
  const addresses = sources.flatMap(({ documents }) =>
    documents.flatMap((location) => {
      switch (location.kind) {
        case 'fixed':
          return [location.url];
        case 'licensed':
          return [location.url, ...location.redirectsTo.map((host) => `https://${host}/`)];
        case 'monthly':
          return [location.template.replace('{month}', '2026-01')];
        case 'linked':
          return [location.page];
      }
    }),
  );
  return [...new Set([...addresses.map((address) => new URL(address).hostname), ...LINKED_HOSTS])];
}
