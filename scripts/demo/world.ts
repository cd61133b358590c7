// oxlint-disable unicorn/no-thenable -- `then` is a key of the policy language; nobody awaits these objects
import { stringify } from 'yaml';
import { startOrigin, type Origin } from './origin.ts';

/** Hosts of the demo, by country. Each is a port of loopback that the policy declares to be there. */
export const HOSTS = {
  records: { name: 'records.paris.example', place: 'FR' },
  frankfurt: { name: 'model.frankfurt.example', place: 'DE' },
  oregon: { name: 'analytics.oregon.example', place: 'US' },
  virginia: { name: 'model.virginia.example', place: 'US' },
} as const;
export type Host = keyof typeof HOSTS;

export type Origins = Readonly<Record<Host, Origin>>;

export async function startOrigins(started: AsyncDisposableStack): Promise<Origins> {
  const origins: [string, Origin][] = [];
  for (const host of Object.keys(HOSTS)) origins.push([host, started.use(await startOrigin())]);
  return Object.fromEntries(origins) as Origins;
}

/** As long as somebody who watches may take. */
const PATIENCE = '10m';

/** The policy, as a team would write it; the second rule forgot the border. */
function policy(origins: Origins): object {
  return {
    cordon: 1,
    agents: [{ id: 'support-bot', home: 'eu', owners: ['olga@acme.example'], identify: [{ cidr: ['127.0.0.0/8'] }] }],
    destinations: Object.entries(HOSTS).map(([id, { name, place }]) => ({
      id,
      hosts: [name],
      addresses: ['127.0.0.1/32'],
      ports: [origins[id as Host].port],
      internal: { place },
    })),
    rules: [
      { id: 'read-records', to: ['records'], methods: ['GET'], then: 'permit', record: 'content' },
      { id: 'send-figures', to: ['oregon'], then: 'permit' },
      {
        id: 'ask-eu-model',
        to: ['frankfurt'],
        then: 'permit',
        mask: { request: { entities: ['pii', 'secrets'], as: 'token' } },
        record: 'content',
      },
      {
        id: 'ask-us-model',
        to: ['virginia'],
        then: 'hold',
        transfer: { to: ['US'], basis: 'scc', reference: 'TIA-2026-04' },
        approval: { by: ['privacy'], wait: PATIENCE, expires: PATIENCE },
        mask: { request: { entities: ['pii', 'secrets'], as: 'redact' } },
        record: 'content',
      },
    ],
  };
}

/** The files of the gateway, by path. Ports are chosen by the system, so that nothing on this machine is in the way. */
export function files(origins: Origins): Readonly<Record<string, string>> {
  const settings = {
    listen: { proxy: '127.0.0.1:0', admin: '127.0.0.1:0' },
    data: { directory: 'data' },
    rules: 'rules',
    // No server is asked: every name of the demo stands here.
    resolver: {
      servers: ['127.0.0.1:9'],
      hosts: Object.fromEntries(Object.values(HOSTS).map(({ name }) => [name, ['127.0.0.1']])),
    },
    log: { level: 'error' },
  };
  return {
    'cordon.yaml': stringify(settings),
    // A policy has no aliases.
    'rules/demo.yaml': stringify(policy(origins), { aliasDuplicateObjects: false }),
  };
}
