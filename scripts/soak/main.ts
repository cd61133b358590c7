/**
 * A gateway under mixed traffic for a long time, with a new policy every ten seconds: `npm run soak -- [--minutes 30]
 * [--load 0.7] [--write]`. Fails where memory or descriptors grow, where an exchange is not recorded exactly once, or
 * where anything reached what it must not. With `--write` the plot and the figures go into `docs`.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cordon } from '../../test/cli/cordon.ts';
import type { Gateway } from '../../test/support/gateway.ts';
import { eachRecordOf } from '../../test/support/record-files.ts';
import type { Record as RecordLine } from '../../src/core/exchange/record.ts';
import { reconcile } from './accounts.ts';
import { judge, withSoak, type Measured } from './findings.ts';
import { Ledger } from './ledger.ts';
import { measureCapacity, sendAtRate } from './pace.ts';
import { plot } from './plot.ts';
import { readMetric, sample } from './samples.ts';
import { Traffic } from './traffic.ts';
import { startWorld, type World } from './world.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RELOAD_EVERY_MS = 10_000;
const SAMPLE_EVERY_MS = 2_000;
const CAPACITY_MS = 20_000;
const CLIENTS = 64;
/** Code is compiled, pools and caches fill: the first sixth says nothing about leaks. */
const WARM_UP = 1 / 6;
const MOST_SHOWN = 20;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '30' },
      load: { type: 'string', default: '0.7' },
      write: { type: 'boolean', default: false },
    },
  });
  const [minutes, load] = [positive('minutes', values.minutes), positive('load', values.load)];
  const ledger = new Ledger();
  await using world = await startWorld(ledger);
  const { capacity, rate, reloads, samples } = await soak(world, ledger, minutes * 60_000, load);
  const loaded = await reloadsLoaded(world);
  await world.gateway.stop();
  const measured: Measured = {
    minutes,
    load,
    capacity,
    rate,
    reloads,
    counts: ledger.counts(),
    samples,
    from: minutes * 60 * WARM_UP,
    problems: [
      ...ledger.leaks,
      ...ledger.unexpected(),
      ...(loaded === reloads ? [] : [`${reloads} policies were written, and ${loaded} came into force`]),
      ...lookedUp(world),
      ...reconcile(ledger, recordsOf(world.gateway)),
      ...(await chainProblems(world.gateway)),
    ],
  };
  const { text, problems } = judge(measured);
  process.stdout.write(`${text}\n\n${problems.slice(0, MOST_SHOWN).join('\n')}\n${problems.length} problems\n`);
  if (values.write) {
    await writeFile(join(ROOT, 'docs/pictures/soak.svg'), plot(samples, measured.from));
    const page = join(ROOT, 'docs/performance.md');
    await writeFile(page, withSoak(await readFile(page, 'utf8'), text));
  }
  if (problems.length === 0) await rm(world.gateway.directory, { recursive: true, force: true });
  else process.stdout.write(`The gateway's files are kept in ${world.gateway.directory}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

/** Finds what the gateway can carry, then has it carry a part of that. */
async function soak(world: World, ledger: Ledger, milliseconds: number, load: number) {
  await using traffic = new Traffic(world, ledger);
  const send = traffic.send.bind(traffic);
  const capacity = await measureCapacity(send, CLIENTS, CAPACITY_MS);
  const rate = capacity * load;
  process.stdout.write(`${capacity.toFixed(0)} requests/s at most, ${rate.toFixed(0)} from here on\n`);
  const state = { isOver: false, reloads: 0 };
  const sampled = sample(world, SAMPLE_EVERY_MS, () => state.isOver);
  const reloading = (async () => {
    for (;;) {
      await pause(RELOAD_EVERY_MS);
      if (state.isOver) return;
      await world.reload();
      state.reloads += 1;
    }
  })();
  await sendAtRate(send, rate, milliseconds);
  state.isOver = true;
  const samples = await sampled;
  await reloading;
  return { capacity, rate, reloads: state.reloads, samples };
}

/** How many policies came into force after the first one. */
async function reloadsLoaded({ gateway }: World): Promise<number> {
  const { content } = await gateway.adminGet('/metrics');
  return readMetric(String(content), 'cordon_policy_reloads_total');
}

/** Names that no rule covers and that were looked up all the same. */
function lookedUp({ dns }: World): readonly string[] {
  return dns.queries.flatMap(({ name }) => (name.endsWith('.unnamed.example') ? [`${name} was looked up`] : []));
}

function* recordsOf({ directory }: Gateway): Generator<RecordLine> {
  const recordings = join(directory, 'data/recordings');
  for (const writer of readdirSync(recordings)) yield* eachRecordOf(join(recordings, writer)) as Iterable<RecordLine>;
}

async function chainProblems({ directory }: Gateway): Promise<readonly string[]> {
  const { code, out, err } = await cordon(['verify', '--config', 'cordon.yaml'], directory);
  return code === 0 ? [] : [`verify: ${out}${err}`];
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  process.stderr.write(`Found --${name} ${text}, expected a number above 0\n`);
  process.exit(2);
}

// An exit takes the gateway along; a signal alone would leave it behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await main();
