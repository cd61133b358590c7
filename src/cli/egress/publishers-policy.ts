import { OWN_SUBJECT, ownPolicy, quoted, type OwnPolicy } from '../../app/egress/own-policy.ts';
import type { Settings } from '../../config/settings-schema.ts';
import { COUNTRY_CODES } from '../../core/place/country.ts';
import { fail, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import type { UpdateSource } from '../../destination/update/source.ts';
import type { WorldData } from '../../policy/model.ts';

/** Where publishers' pages link to; their addresses are not known before. */
const LINKED_HOSTS = ['download.microsoft.com'];

/**
 * What the gateway permits itself for an update of its tables: GET without content, from the publishers, as a transfer of
 * public data, at home where the node is. Nothing else.
 *
 * @failure the issues, when `node.place` is no place that can be a home
 */
export function publishersPolicy(
  { node }: Settings,
  sources: readonly UpdateSource[],
  world: WorldData,
  now: Instant,
): Result<OwnPolicy, string> {
  const lines = [
    `destinations: [{ id: publishers, hosts: ${quoted(hostsOf(sources))}, ports: [443] }]`,
    'rules:',
    `  - { id: table-updates, agents: [${OWN_SUBJECT}], to: [publishers], methods: [GET], then: permit,`,
    `      transfer: { to: ${quoted([...COUNTRY_CODES, 'global', 'anycast', 'unknown'])}, basis: public-data } }`,
  ];
  const own = ownPolicy(lines, node, world, now);
  return own.ok ? own : fail(`node.place: ${own.failure}`);
}

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
