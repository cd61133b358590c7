/** What a thousand requests that wait for people cost, and how soon one leaves when they have decided. */
import { setTimeout as pause } from 'node:timers/promises';
import { startReplica } from '../../../test/end-to-end/holding/replica.ts';
import type { Gateway } from '../../../test/support/gateway.ts';
import { PostgresServer } from '../../../test/support/postgres-server.ts';
import { figure, skipped, type Bench, type Line } from '../bench.ts';
import { onOwnCore, residentBytes, RULES, startHoldWorld, type HoldWorld } from './hold-world.ts';
import { insertPastApprovals } from './past-approvals.ts';
import { waitedForCore } from './waits-for-core.ts';

const HELD = 1_000;
const WARM_UP = 300;
/** As for idle tunnels: V8 gives back what it does not need once it finds the process idle. */
const IDLE_MS = 25_000;
const PAST = 100_000;
const LOOKS = 300;

/** Memory of held requests, decisions on SQLite and across replicas, and the list among many that are over. */
export async function measureHolds(bench: Bench): Promise<readonly Line[]> {
  return [...(await onSqlite(bench)), ...(await acrossReplicas(bench))];
}

async function onSqlite(bench: Bench): Promise<readonly Line[]> {
  await using world = await startHoldWorld();
  const { gateway } = world;
  await decideOneByOne(world, gateway, WARM_UP);
  world.letGo();
  const [first, second] = [await memoryOfEach(world), await memoryOfEach(world)];
  bench.note(`holds: ${figure(first)} KiB each with ${HELD} held, ${figure(second)} KiB for each of ${HELD} more`);
  await decideSome(world, gateway, HELD);
  const decided = await decideSome(world, gateway, HELD);
  await world.hold(20);
  await insertPastApprovals(gateway, PAST);
  const listRow = (what: string) => `${what} ${PAST.toLocaleString('en')} past approvals`;
  const pending = await timeList(world, '&state=pending');
  const past = await timeList(world, '&state=passed');
  return [
    line('1,000 requests held: memory each, connection included', 32, first, 'KiB'),
    line('1,000 more, held beside them: memory each', 32, second, 'KiB'),
    ...timedLines('decision to first byte at the origin, 1,000 held, SQLite', 50, decided),
    ...timedLines(listRow('20 pending among'), 50, pending),
    ...timedLines(listRow('the newest 200 of'), 50, past),
  ];
}

/** Kibibytes by which the resident set grows for each of a thousand more that are held, once V8 has found the process idle. */
async function memoryOfEach(world: HoldWorld): Promise<number> {
  const { gateway } = world;
  await pause(IDLE_MS);
  const before = residentBytes(gateway);
  await world.hold(HELD);
  await pause(IDLE_MS);
  return (residentBytes(gateway) - before) / HELD / 1024;
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
  return timedLines(row, 100, await decideSome(world, other.gateway, HELD));
}

async function decideOneByOne(world: HoldWorld, at: Gateway, count: number): Promise<void> {
  await world.hold(count);
  await decideSome(world, at, count);
}

interface Timed {
  /** Milliseconds of what is measured, once for each time. */
  readonly times: readonly number[];
  /** The same without what its threads had to wait for a core. */
  readonly withCore: readonly number[];
  /** Round trips of `/healthz` between them: what nobody is faster than on this machine, at this minute. */
  readonly pings: readonly number[];
}

interface Measured {
  readonly count: number;
  /** Those that take part. */
  readonly gateways: readonly Gateway[];
  readonly measure: (n: number) => Promise<number>;
  readonly ping: () => Promise<void>;
}

async function timed({ count, gateways, measure, ping }: Measured): Promise<Timed> {
  const times: number[] = [];
  const withCore: number[] = [];
  const pings: number[] = [];
  for (let n = 0; n < count; n++) {
    const waited = waitedForCore(gateways);
    const time = await measure(n);
    times.push(time);
    withCore.push(Math.max(0, time - (waitedForCore(gateways) - waited)));
    const asked = performance.now();
    await ping();
    pings.push(performance.now() - asked);
  }
  return { times, withCore, pings };
}

/** Approves the newest that are pending, one after the other: from each decision to the first byte at the origin. */
async function decideSome(world: HoldWorld, at: Gateway, count: number): Promise<Timed> {
  const { approver, gateway } = world;
  const ids = (await approver.pending(at)).slice(0, count);
  const measure = async (n: number): Promise<number> => {
    const start = performance.now();
    const [arrived] = await Promise.all([world.nextArrival(), approver.approve(at, ids[n]!)]);
    return arrived - start;
  };
  const gateways = at === gateway ? [at] : [at, gateway];
  return timed({ count: ids.length, gateways, measure, ping: () => approver.ping(at) });
}

async function timeList({ approver, gateway }: HoldWorld, query: string): Promise<Timed> {
  const measure = async (): Promise<number> => {
    const start = performance.now();
    await approver.page(gateway, query);
    return performance.now() - start;
  };
  return timed({ count: LOOKS, gateways: [gateway], measure, ping: () => approver.ping(gateway) });
}

function timedLines(row: string, limit: number, { times, withCore, pings }: Timed): readonly Line[] {
  return [0.5, 0.99].map((part) => ({
    ...line(`${row}, p${part * 100}`, limit, share(times, part)),
    against: `with a core at once ${figure(share(withCore, part))} ms; /healthz ${figure(share(pings, part))} ms`,
  }));
}

function line(row: string, limit: number, value: number, unit = 'ms'): Line {
  const verdict = value <= limit ? 'met' : 'missed';
  return { row, target: `≤ ${limit} ${unit}`, cordon: `${figure(value)} ${unit}`, against: '', ratio: '', verdict };
}

function share(values: readonly number[], of: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * of) - 1] ?? Number.NaN;
}
