// oxlint-disable unicorn/no-thenable -- `then` is a key of the policy language; nobody awaits these objects
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { NAMES, type Site } from './site.ts';

/** Destinations and rules beside those that are used, as a few teams would have written them. */
const OTHER_RULES = 300;

/** Host names of the other rules; peers get the same names as their access list. */
export const OTHER_HOSTS: readonly string[] = Array.from(
  { length: OTHER_RULES },
  (_, i) => `service${i}.team${i % 20}.bench.example`,
);

/** The YAML of the policy and the settings knows no aliases. */
const PLAIN = { aliasDuplicateObjects: false } as const;

/** Writes `cordon.yaml` and `rules/`: policy, tables and record are on, as in a real installation. */
export async function writeCordonFiles(
  directory: string,
  site: Site,
  ports: { proxy: number; admin: number },
  workers = 1,
): Promise<void> {
  const settings = {
    listen: { proxy: `127.0.0.1:${ports.proxy}`, admin: `127.0.0.1:${ports.admin}` },
    data: { directory: 'data' },
    rules: 'rules',
    workers,
    resolver: { servers: ['127.0.0.1:9'], hosts: Object.fromEntries(Object.values(NAMES).map((name) => [name, '127.0.0.1'])) },
    trust: [site.caFile],
    log: { level: 'warn' },
  };
  await mkdir(join(directory, 'rules'), { recursive: true });
  await writeFile(join(directory, 'cordon.yaml'), stringify(settings, PLAIN));
  await writeFile(join(directory, 'rules/bench.yaml'), stringify({ cordon: 1, ...used(site) }, PLAIN));
  await writeFile(join(directory, 'rules/others.yaml'), stringify({ cordon: 1, ...others() }, PLAIN));
}

// Each name is matched by host and address, and its requests by method and path, against a permit and a deny.
function used({ http, https, https2, closing, idle }: Site): object {
  const shared = { addresses: ['127.0.0.1/32'], internal: { place: 'DE' } };
  return {
    // By its source, as all load is; by a token under `cordon run`.
    agents: [{ id: 'bench', home: 'eu', identify: [{ cidr: ['127.0.0.0/8'] }, { token: true }] }],
    destinations: [
      { id: 'plain', hosts: [NAMES.plain], ports: [http], ...shared },
      { id: 'inspected', hosts: [NAMES.inspected], ports: [https, https2, closing], ...shared },
      { id: 'masked', hosts: [NAMES.masked], ports: [https], ...shared },
      { id: 'opaque', hosts: [NAMES.opaque], ports: [https, idle], ...shared },
    ],
    rules: [
      {
        id: 'read',
        to: ['plain', 'inspected'],
        methods: ['GET', 'POST'],
        paths: ['/small', '/bulk', '/v1/**'],
        then: 'permit',
      },
      {
        id: 'chat',
        to: ['masked'],
        methods: ['POST'],
        paths: ['/v1/**'],
        then: 'permit',
        mask: { request: { entities: ['pii', 'secrets', 'health', 'crypto'], as: 'redact' } },
      },
      { id: 'no-administration', to: ['plain', 'inspected'], paths: ['/admin/**'], then: 'deny' },
      { id: 'no-cookies', to: ['plain', 'inspected'], headers: { remove: ['cookie'] } },
      { id: 'pinned-client', to: ['opaque'], then: 'permit', inspect: false },
    ],
  };
}

function others(): object {
  const destinations = OTHER_HOSTS.map((host, i) => ({ id: `other-${i}`, hosts: i % 10 === 0 ? [`*.${host}`, host] : [host] }));
  const rules = OTHER_HOSTS.map((_, i) => {
    const narrowed = i % 3 === 0 ? {} : { methods: ['GET', 'POST'], paths: [`/v${i % 4}/**`, '/health'] };
    return { id: `rule-${i}`, to: [`other-${i}`], ...narrowed, then: i % 7 === 0 ? 'deny' : 'permit' };
  });
  return { destinations, rules };
}
