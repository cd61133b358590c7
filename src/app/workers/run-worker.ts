import cluster from 'node:cluster';
import type { GatewayEvent } from '../../core/ports.ts';
import type { CompiledPolicy } from '../../policy/model.ts';
import type { PolicyIssue } from '../../policy/issue.ts';
import type { Milliseconds } from '../../core/units.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ListeningAddress } from '../../destination/self-addresses.ts';
import { SessionTable } from '../../identity/session.ts';
import { type OpenLog, openLog } from '../../telemetry/log.ts';
import { compileFor, issueText } from '../compile-policy.ts';
import { createEventBus } from '../event-bus.ts';
import { openIndexing } from '../indexing/open-indexing.ts';
import type { PolicySource } from '../loading/policy-source.ts';
import { openReplica, type Replica } from '../replica.ts';
import { openSinks } from '../sinks/open-sinks.ts';
import { systemClock, systemRandom } from '../system.ts';
import { openTables } from '../tables.ts';
import { Channel, type Waiting } from './channel.ts';
import { CountedByPrimary } from './counted-by-primary.ts';
import type { FromPrimary, FromWorker, WorkerOrder, WorkerStart, WorkerStatus } from './messages.ts';
import { countedByShare } from './shares.ts';

/** How often a worker tells how it is. */
const STATUS_INTERVAL: Milliseconds = 500;
const SESSION_TIME: Milliseconds = 2_000;
const POLICY_TIME: Milliseconds = 10_000;

type ToPrimary = Channel<FromWorker, FromPrimary>;

/**
 * Runs one worker of a gateway, in the process that its primary has started for it. It opens when it is told what with, and ends
 * when it is told to, or with its primary.
 * @returns 2 where no primary has started it
 */
export async function runWorker(environment: Readonly<Record<string, string | undefined>>): Promise<2> {
  if (!cluster.isWorker) {
    process.stderr.write('cordon: worker: Found no primary, expected to be started by `cordon serve`\n');
    return 2;
  }
  // A terminal or a supervisor may signal all processes at once; the primary says when this one is to end.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  await new Worker(environment).drained;
  process.exit(0);
}

interface Prepared {
  readonly policy: CompiledPolicy;
  readonly source: PolicySource;
  readonly issues: readonly PolicyIssue[];
}

interface Opened {
  readonly order: WorkerOrder;
  readonly replica: Replica;
  readonly log: OpenLog;
  readonly resources: AsyncDisposableStack;
}

class Worker {
  readonly drained: Promise<void>;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #primary: ToPrimary;
  readonly #listening: ListeningAddress[] = [];
  #opened: Opened | undefined;
  /** Undefined in the end: it could not open. */
  #opening: Promise<Opened | undefined> = Promise.resolve(undefined);
  #prepared: Prepared | undefined;
  #onDrained: () => void = () => {};

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#environment = environment;
    this.drained = new Promise((resolve) => {
      this.#onDrained = resolve;
    });
    this.#primary = new Channel(
      {
        send: (message, onSent) => void process.send?.(message, undefined, undefined, onSent),
        onFull: (waiting) => this.#onFull(waiting),
      },
      {
        questions: {
          start: (order) => this.#start(order),
          prepare: (source) => this.#prepare(source),
          enforce: (digest) => this.#enforce(digest),
          metrics: () => this.#opened?.replica.metrics.readings() ?? [],
        },
        news: {
          'store-changed': () => this.#opened?.replica.state.wakeStore(),
          'renew-certificates': (again) => void this.#opened?.replica.plane.renewCertificates(again),
          listening: (address) => void this.#listening.push(address),
          drain: (deadline) => void this.#drain(deadline),
        },
      },
    );
    process.on('message', (message: Uint8Array) => this.#primary.receive(message));
  }

  async #start(order: WorkerOrder): Promise<WorkerStart> {
    this.#listening.push(...order.listening);
    const opening = openWorker(order, {
      listening: this.#listening,
      environment: this.#environment,
      primary: this.#primary,
    });
    this.#opening = opening.then((opened) => (opened.ok ? opened.value : undefined));
    const opened = await opening;
    if (!opened.ok) return { isOpen: false, problems: opened.failure };
    this.#opened = opened.value;
    const { replica, resources } = opened.value;
    const timer = setInterval(() => this.#primary.tell('status', statusOf(replica)), STATUS_INTERVAL);
    resources.defer(() => clearInterval(timer));
    return { isOpen: true, addresses: replica.plane.bound, status: statusOf(replica) };
  }

  /** What is asked while it opens is answered then: by what it opens with it was asked for what is in force. */
  async #prepare(source: PolicySource): Promise<readonly string[]> {
    const opened = await this.#opening;
    // It says so itself, and takes no exchanges.
    if (opened === undefined) return [];
    const { order, replica } = opened;
    const { policy, issues } = compileFor({ ...order, clock: systemClock }, replica.inForce.tables.world)(source);
    this.#prepared = policy === undefined ? undefined : { policy, source, issues };
    return policy === undefined ? issues.map(issueText) : [];
  }

  async #enforce(digest: PolicySource['digest']): Promise<boolean> {
    const opened = await this.#opening;
    if (opened === undefined) return false;
    const { replica } = opened;
    if (replica.inForce.compiled.digest === digest) return true;
    const prepared = this.#prepared;
    if (prepared?.source.digest !== digest) return false;
    replica.upkeep.policy.enforce(prepared.policy, prepared.source, prepared.issues);
    this.#prepared = undefined;
    this.#primary.tell('status', statusOf(replica));
    return true;
  }

  /** What needs an answer is refused by whoever gets none; the rest is made up for when the primary goes on, or with its end. */
  #onFull(waiting: Waiting): void {
    this.#opened?.replica.metrics.count('cordon_pipe_full_total', { to: 'primary' });
    this.#opened?.log.error({ ...waiting }, 'The primary does not take what it is told');
  }

  async #drain(deadline: Milliseconds): Promise<void> {
    await this.#opened?.replica.plane.drain(deadline);
    await this.#opened?.resources.disposeAsync();
    this.#opened?.log.flush();
    this.#onDrained();
  }
}

interface WorkerMeans {
  readonly listening: ListeningAddress[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly primary: ToPrimary;
}

/** @failure sentences that name what is wrong */
async function openWorker(order: WorkerOrder, means: WorkerMeans): Promise<Result<Opened, readonly string[]>> {
  const { settings, observe, number } = order;
  const { listening, environment, primary } = means;
  const clock = systemClock;
  clock.catchUp(order.now);
  const log = openLog({ level: settings.log.level, to: 'stderr', worker: number });
  await using stack = new AsyncDisposableStack();
  const tables = await openTables(settings, clock, () => listening);
  if (!tables.ok) return fail([tables.failure]);
  const asked = await primary.ask('policy', undefined, POLICY_TIME);
  if (!asked.ok) return fail(['The primary does not say which policy is in force']);
  const source = asked.value;
  const { policy, issues } = compileFor({ settings, observe, clock }, tables.value.world)(source);
  if (policy === undefined) return fail(issues.map(issueText));
  const events = createEventBus((error) => log.error({ error: String(error) }, 'A listener of events failed'));
  stack.use(events.subscribe((event) => tellOf(event, primary)));
  const shared = { settings, observe, clock, random: systemRandom, log, events, listening, environment };
  const replica = await openReplica({
    ...shared,
    tables: tables.value,
    policy,
    source,
    issues,
    worker: number,
    // PostgreSQL tells all of its clients by itself.
    ...(settings.store.url === 'sqlite' && { onChange: () => primary.tell('store-changed', undefined) }),
    counting: () => ({
      limits: new CountedByPrimary(primary),
      sessions: new SessionTable({ clock, random: systemRandom, known: (key) => sharedSession(key, primary) }),
      ...countedByShare(settings, clock),
    }),
  });
  if (!replica.ok) return fail([replica.failure]);
  stack.use(replica.value);
  const { state } = replica.value;
  await state.journal.append({ kind: 'policy', policy: policy.digest, change: 'loaded' });
  stack.use(await openIndexing(settings, { ...shared, state, leaves: () => true }));
  const sinks = await openSinks({ ...shared, ...replica.value, leaves: () => true });
  if (!sinks.ok) return fail([sinks.failure]);
  stack.use(sinks.value);
  return ok({ order, replica: replica.value, log, resources: stack.move() });
}

/** What the primary tells by itself, and what nobody there listens to. */
const UNTOLD: ReadonlySet<GatewayEvent['type']> = new Set([
  'decision',
  'policy.loaded',
  'policy.loosened',
  'policy.refused',
  'tables.changed',
]);

function tellOf(event: GatewayEvent, primary: ToPrimary): void {
  if (!UNTOLD.has(event.type)) primary.tell('event', event);
}

async function sharedSession(source: string, primary: ToPrimary) {
  const answer = await primary.ask('session', source, SESSION_TIME);
  return answer.ok ? answer.value : undefined;
}

function statusOf({ state, inForce, plane }: Replica): WorkerStatus {
  return {
    digest: inForce.compiled.digest,
    generation: inForce.current.generation,
    writers: state.records.journals.map(({ writer }) => writer),
    isReady: plane.ready(),
    running: plane.live.byAgent(),
  };
}
