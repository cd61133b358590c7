import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cordon } from '../../cli/cordon.ts';
import { newPostgresSchema } from '../../store/engines.ts';
import { Balancer } from '../../support/balancer.ts';
import { createTestCa } from '../../support/certificates.ts';
import { freePort } from '../../support/free-port.ts';
import { type Gateway, startGateway } from '../../support/gateway.ts';
import { type Lab, type LabOptions, startLab } from '../../support/lab.ts';
import type { Address } from '../../support/raw-client.ts';

/** A replica of a fleet, and how the balancer reaches it. */
export interface Member {
  gateway: Gateway;
  readonly behind: Address;
  readonly listener: object;
  readonly directory: string;
}

/** Two replicas on one PostgreSQL, with one key set and one CA under the organisation's own root, behind a balancer. */
export interface Fleet extends AsyncDisposable {
  readonly lab: Lab;
  readonly members: readonly [Member, Member];
  readonly balancer: Balancer;
  /** The organisation's root: all that agents trust. */
  readonly root: string;
  /** Settings of a replica, those of the fleet among them. */
  readonly settings: object;
  /** Starts it again, on its directory. */
  restart(member: Member): Promise<void>;
}

export async function startFleet(options: Pick<LabOptions, 'origins' | 'rules' | 'agents' | 'files'>): Promise<Fleet> {
  await using opened = new AsyncDisposableStack();
  const url = await newPostgresSchema((drop) => opened.defer(async () => drop()));
  const shared = await mkdtemp(join(tmpdir(), 'cordon-fleet-'));
  const root = await createTestCa('Organisation root');
  const issuing = await root.subordinate();
  await writeFile(join(shared, 'ca.pem'), `${issuing.cert}\n${root.pem}`);
  await writeFile(join(shared, 'ca.key'), issuing.key, { mode: 0o600 });
  const made = await cordon(['keys', 'export', join(shared, 'fleet.keys')], shared);
  if (made.code !== 0) throw new Error(made.err);
  const opens = join(shared, 'data/keys/records.key');
  const settings = {
    node: { place: 'DE' },
    data: { directory: 'data', 'keys-file': join(shared, 'fleet.keys') },
    store: { url, place: 'DE' },
    tls: { ca: { certificate: join(shared, 'ca.pem'), key: join(shared, 'ca.key') } },
  };
  const first = await placeOf(opens);
  const lab = opened.use(
    await startLab({
      ...options,
      settings,
      gateway: { directory: first.directory, keepDirectory: true, listeners: [first.listener] },
    }),
  );
  const start = (place: Omit<Member, 'gateway'>): Promise<Gateway> =>
    startGateway({
      rules: lab.policy(options.rules),
      dns: lab.dns.address,
      trust: [lab.ca.pem],
      settings,
      directory: place.directory,
      keepDirectory: true,
      listeners: [place.listener],
    });
  const second = await placeOf(opens);
  const members = [
    { gateway: lab.gateway, ...first },
    { gateway: await start(second), ...second },
  ] as const;
  opened.defer(async () => void (await Promise.all(members.map(({ gateway }) => gateway.stop()))));
  const balancer = opened.use(await Balancer.open(members.map(({ behind }) => behind)));
  const resources = opened.move();
  return {
    lab,
    members: [members[0], members[1]],
    balancer,
    root: root.pem,
    settings,
    async restart(member) {
      member.gateway = await start(member);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** @param opens what this process, not the gateway, reads the records there with */
async function placeOf(opens: string): Promise<Omit<Member, 'gateway'>> {
  const directory = await mkdtemp(join(tmpdir(), 'cordon-lab-'));
  await mkdir(join(directory, 'data/keys'), { recursive: true, mode: 0o700 });
  await cp(opens, join(directory, 'data/keys/records.key'));
  const behind: Address = { address: '127.0.0.1', port: await freePort() };
  const listener = { address: `${behind.address}:${behind.port}`, 'proxy-protocol': { from: ['127.0.0.1/32'] } };
  return { behind, listener, directory };
}
