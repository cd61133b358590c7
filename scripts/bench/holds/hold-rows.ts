/** What a thousand requests that wait for people cost, and how soon one leaves when they have decided. */
import { setTimeout as pause } from 'node:timers/promises';
import { startReplica } from '../../../test/end-to-end/holding/replica.ts';
import type { Gateway } from '../../../test/support/gateway.ts';
import { PostgresServer } from '../../../test/support/postgres-server.ts';
import { figure, skipped, type Bench, type Line } from '../bench.ts';
import { onOwnCore, residentBytes, RULES, startHoldWorld, type HoldWorld } from './hold-world.ts';
import { insertPastApprovals } from './past-approvals.ts';

const HELD = 1_000;
const WARM_UP = 300;
/** As for idle tunnels: V8 gives back what it does not need once it finds the process idle. */
const IDLE_MS = 25_000;
const PAST = 100_000;
const LOOKS = 100;

/** Memory of held requests, decisions on SQLite and across replicas, and the list among many that are over. */
export async function measureHolds(bench: Bench): Promise<readonly Line[]> {
  return [...(await onSqlite(bench)), ...(await acrossReplicas(bench))];
}

async function onSqlite(bench: Bench): Promise<readonly Line[]> {
  await using world = await startHoldWorld();
  const { gateway } = world;
  await decideOneByOne(world, gateway, WARM_UP);
  world.letGo();
  await pause(IDLE_MS);
  const before = residentBytes(gateway);
  await world.hold(HELD);
  await pause(IDLE_MS);
  const each = (residentBytes(gateway) - before) / HELD / 1024;
  bench.note(`holds: ${figure(each)} KiB each with ${HELD} held`);
  const decided = await decideAll(world, gateway);
  await world.hold(20);
  await insertPastApprovals(gateway, PAST);
  const looks = await timeList(world);
  return [
    line('1,000 requests held: memory each, connection included', 32, each, 'KiB'),
    ...decisionLines('decision to first byte at the origin, 1,000 held, SQLite', 50, decided),
    line(`pending among ${PAST.toLocaleString('en')} past approvals, p50`, 50, share(looks, 0.5)),
    line(`pending among ${PAST.toLocaleString('en')} past approvals, p99`, 50, share(looks, 0.99)),
  ];
}

/** Held at one replica, decided at the other. */
async function acrossReplicas(bench: Bench): Promise<readonly Line[]> {
  const row = 'decision to first byte at the origin, 1,000 held, two replicas on PostgreSQL';
  await using server = await PostgresServer.start().catch(() => undefined);
  if (server === undefined) return [skipped(row, 'PostgreSQL')];
  const settings = { node: { place: 'DE' }, store: { url: server.url, place: 'DE' } };
  await using world = await startHoldWorld(settings);
  await using other = await startReplica(world.lab, RULES, settings);
  onOwnCore(other.gateway);
  await decideOneByOne(world, other.gateway, WARM_UP);
  await world.hold(HELD);
  bench.note(`holds: ${HELD} held on PostgreSQL`);
  return decisionLines(row, 100, await decideAll(world, other.gateway));
}

async function decideOneByOne(world: HoldWorld, at: Gateway, count: number): Promise<void> {
  await world.hold(count);
  await decideAll(world, at);
}

interface Decided {
  /** Milliseconds from each decision to the first byte at the origin. */
  readonly times: readonly number[];
  /** Round trips of `/healthz` between them. */
  readonly pings: readonly number[];
}

/** Approves all that is pending, one after the other. */
async function decideAll(world: HoldWorld, at: Gateway): Promise<Decided> {
  const { approver } = world;
  const times: number[] = [];
  const pings: number[] = [];
  for (const id of await approver.pending(at)) {
    const start = performance.now();
    const [arrived] = await Promise.all([world.nextArrival(), approver.approve(at, id)]);
    times.push(arrived - start);
    const asked = performance.now();
    await approver.ping(at);
    pings.push(performance.now() - asked);
  }
  return { times, pings };
}

async function timeList({ approver, gateway }: HoldWorld): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < LOOKS; i++) {
    const start = performance.now();
    await approver.page(gateway, '&state=pending');
    times.push(performance.now() - start);
  }
  return times;
}

function decisionLines(row: string, limit: number, { times, pings }: Decided): readonly Line[] {
  return [0.5, 0.99].map((part) => ({
    ...line(`${row}, p${part * 100}`, limit, share(times, part)),
    against: `/healthz ${figure(share(pings, part))} ms`,
  }));
}

function line(row: string, limit: number, value: number, unit = 'ms'): Line {
  const verdict = value <= limit ? 'met' : 'missed';
  return { row, target: `≤ ${limit} ${unit}`, cordon: `${figure(value)} ${unit}`, against: '', ratio: '', verdict };
}

function share(values: readonly number[], of: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * of) - 1] ?? Number.NaN;
}
