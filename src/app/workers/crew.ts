import cluster from 'node:cluster';
import type { PolicyFileIssue } from '../../config/policy-files.ts';
import { type SocketAddress, socketAddressText } from '../../config/setting-text.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { PolicyDigest } from '../../core/ids.ts';
import type { Clock, EventBus, GatewayEvent, Random } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { ListeningAddress } from '../../destination/self-addresses.ts';
import { SESSION_IDLE, SESSION_TOLD, SessionTable } from '../../identity/session.ts';
import { LimitWindows } from '../../pipeline/limiting/limit-windows.ts';
import type { Log } from '../../telemetry/log.ts';
import { joinRegistries } from '../../telemetry/registry.ts';
import type { CarrierHealth, Carriers } from './carriers.ts';
import type { PolicySource } from '../loading/policy-source.ts';
import type { Replica } from '../replica.ts';
import type { PolicyFollowers } from '../upkeep/policy-leader.ts';
import { restartDelay, SETTLED } from './back-off.ts';
import type { Hearing } from './channel.ts';
import { DepartedFigures } from './departed-figures.ts';
import { Member } from './member.ts';
import type { FromWorker, WorkerStart, WorkerStatus } from './messages.ts';
import { settingsOfWorker, workerCount } from './shares.ts';

export interface CrewParts {
  readonly settings: Settings;
  readonly observe: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly events: EventBus;
  /** Where the gateway listens; gets the addresses of the workers' listeners. */
  readonly listening: ListeningAddress[];
}

const START_TIME: Milliseconds = 60_000;
/** Compiling a large policy takes a second or two. */
const PREPARE_TIME: Milliseconds = 5_000;
const METRICS_TIME: Milliseconds = 2_000;
/** What a worker may take beyond its deadline until it is ended. */
const GRACE: Milliseconds = 5_000;

/** One of the places of the crew, and who has had it. */
interface Place {
  readonly number: number;
  member: Member | undefined;
  /** Of the chains that its worker writes, or wrote: the next one goes on with them. */
  writers: readonly string[];
  restarts: number;
  /** Endings in a row, each soon after its start. */
  endings: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The workers of a gateway, seen from its primary: each is a process and a replica, with a chain of its own. They share the
 * listeners, run one policy and draw from one count of limits; one that ends is replaced.
 */
export class Crew implements Carriers, PolicyFollowers {
  readonly #parts: CrewParts;
  readonly #places: readonly Place[];
  readonly #limits: LimitWindows;
  readonly #sessions: SessionTable;
  readonly #departed = new DepartedFigures();
  #primary: Replica | undefined;
  #addresses: readonly SocketAddress[] = [];
  #ending: Promise<void> | undefined;

  constructor(parts: CrewParts) {
    const { settings, clock, random } = parts;
    this.#parts = parts;
    this.#places = Array.from({ length: workerCount(settings) }, (_, index) => ({
      number: index + 1,
      member: undefined,
      writers: [],
      restarts: 0,
      endings: 0,
      timer: undefined,
    }));
    this.#limits = new LimitWindows(clock);
    this.#sessions = new SessionTable({ clock, random, idle: SESSION_IDLE + SESSION_TOLD });
    // Everyone has the same number of connections: agents keep theirs open, and the kernel would give most to one.
    cluster.schedulingPolicy = cluster.SCHED_RR;
    cluster.setupPrimary({ args: ['worker'], serialization: 'advanced' });
  }

  /** Starts all of them, under the policy that the primary has. @failure sentences: what the first that could not start says */
  async start(primary: Replica): Promise<Result<void, readonly string[]>> {
    this.#primary = primary;
    primary.metrics.sample('cordon_workers', () => this.#members().length);
    for (const start of await Promise.all(this.#places.map((place) => this.#fill(place)))) {
      if (!start.isOpen) return fail(start.problems);
      // The same for all, also where the system has chosen the ports.
      this.#addresses = start.addresses;
    }
    this.#parts.listening.push(...this.#addresses.map(({ host, port }) => ({ address: host, port })));
    return ok(undefined);
  }

  get addresses(): readonly string[] {
    return this.#addresses.map(socketAddressText);
  }

  /** The gateway listens there too: no exchange may lead there. */
  alsoListening({ host, port }: { readonly host: string; readonly port: number }): void {
    for (const member of this.#members()) member.channel.tell('listening', { address: host, port });
  }

  /** Whether a worker writes the chain of this writer, or is about to go on with it. */
  writes(writer: string): boolean {
    return this.#places.some(({ writers }) => writers.includes(writer));
  }

  /** The primary, or one of them, has changed the store. */
  storeChanged(by?: Member): void {
    for (const member of this.#members()) if (member !== by) member.channel.tell('store-changed', undefined);
  }

  running(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const { status } of this.#members()) {
      for (const [agent, count] of status?.running ?? []) sums.set(agent, (sums.get(agent) ?? 0) + count);
    }
    return sums;
  }

  ready(): boolean {
    const members = this.#members();
    return this.#ending === undefined && members.length > 0 && members.every(({ status }) => status?.isReady === true);
  }

  health(): readonly CarrierHealth[] {
    const now = this.#parts.clock.monotonic();
    return this.#places.map(({ number, member, restarts }) => ({
      id: String(number),
      ...(member?.health(now) ?? { state: 'gone', exchanges: 0 }),
      restarts,
    }));
  }

  async metrics(): ReturnType<Carriers['metrics']> {
    const own = this.#primary!.metrics.readings();
    const asked = this.#members().map(async (member) => {
      const answer = await member.channel.ask('metrics', undefined, METRICS_TIME);
      if (answer.ok) member.figures = answer.value;
      // Of one that does not answer, what it last said: a sum that falls would look like a restart of the gateway.
      return member.figures;
    });
    const registry = joinRegistries(await Promise.all([own, ...asked, this.#departed.readings()]));
    return { contentType: registry.contentType, text: await registry.metrics() };
  }

  async prepare(source: PolicySource): Promise<readonly PolicyFileIssue[]> {
    const asked = this.#members().map(async (member): Promise<readonly PolicyFileIssue[]> => {
      const answer = await member.channel.ask('prepare', source, PREPARE_TIME);
      // Who takes the place of one that has ended starts with what is in force then.
      if (!answer.ok && answer.failure === 'closed') return [];
      const because = answer.ok ? answer.value : ['it did not answer in time'];
      return because.map((reason) => ({
        file: this.#parts.settings.rules,
        message: `Worker ${member.number} cannot take this policy: ${reason}`,
      }));
    });
    return (await Promise.all(asked)).flat();
  }

  async enforce(digest: PolicyDigest): Promise<void> {
    await Promise.all(this.#members().map((member) => this.#enforceIn(member, digest)));
  }

  drain(deadline: Milliseconds): Promise<void> {
    this.#ending ??= this.#end(deadline);
    return this.#ending;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain(0);
  }

  #members(): Member[] {
    return this.#places.flatMap(({ member }) => (member === undefined ? [] : [member]));
  }

  /** One that cannot be told what is in force must not go on deciding: the next one begins with it. */
  async #enforceIn(member: Member, digest: PolicyDigest): Promise<void> {
    const answer = await member.channel.ask('enforce', digest, PREPARE_TIME);
    if (answer.ok ? answer.value : answer.failure === 'closed') return;
    this.#parts.log.error({ worker: member.number, digest }, 'A worker did not take the policy in force and is replaced');
    member.kill();
  }

  async #fill(place: Place): Promise<WorkerStart> {
    const { settings, observe, listening, clock } = this.#parts;
    const member = new Member(place.number, clock.monotonic(), (self) => this.#hearing(self));
    place.member = member;
    void member.ended.then((how) => this.#onEnded(place, member, how));
    const source = this.#primary!.upkeep.policy.source;
    const order = {
      settings: settingsOfWorker(settings),
      observe,
      now: clock.now(),
      number: place.number,
      source,
      listening: [...listening, adminAddressOf(settings)],
    };
    const answer = await member.channel.ask('start', order, START_TIME);
    if (!answer.ok) return { isOpen: false, problems: [`Worker ${place.number} did not start`] };
    const start = answer.value;
    if (!start.isOpen) return start;
    this.#hear(member, start.status);
    await this.#catchUp(member, start.status);
    return start;
  }

  #hear(member: Member, status: WorkerStatus): void {
    member.hear(status, this.#parts.clock.monotonic());
    this.#places[member.number - 1]!.writers = status.writers;
  }

  /** The policy may have been replaced while it started. */
  async #catchUp(member: Member, { digest }: WorkerStatus): Promise<void> {
    const { source } = this.#primary!.upkeep.policy;
    if (source.digest === digest) return;
    const prepared = await member.channel.ask('prepare', source, PREPARE_TIME);
    if (prepared.ok && prepared.value.length === 0) await this.#enforceIn(member, source.digest);
    else member.kill();
  }

  #hearing(member: Member): Hearing<FromWorker> {
    const { events } = this.#parts;
    return {
      questions: {
        take: (claims) => this.#limits.take(claims),
        use: ({ claims, bytes }) => this.#limits.use(claims, bytes),
        session: (source) => this.#sessions.ofSource(source),
      },
      news: {
        'give-back': (claims) => this.#limits.giveBack(claims),
        status: (status) => this.#hear(member, status),
        event: (event: GatewayEvent) => events.publish(event),
        'store-changed': () => {
          this.#primary?.state.wakeStore();
          this.storeChanged(member);
        },
      },
    };
  }

  #onEnded(place: Place, member: Member, { status, signal }: { status: number | null; signal: string | null }): void {
    const { clock, log, events } = this.#parts;
    place.member = undefined;
    this.#departed.add(member.figures);
    // One that never took a connection says itself why it cannot.
    const { status: last, startedAt } = member;
    if (this.#ending !== undefined || (last === undefined && place.restarts === 0)) return;
    place.endings = clock.monotonic() - startedAt > SETTLED ? 1 : place.endings + 1;
    const wait = restartDelay(place.endings);
    const { metrics, state } = this.#primary!;
    metrics.count('cordon_worker_endings_total', { cause: signal === null ? 'status' : 'signal' });
    const subject = `worker:${place.number}`;
    const cause = signal ?? `status ${status ?? 'unknown'}`;
    const details = { pid: member.pid, cause, wait, ...(last !== undefined && { writers: last.writers }) };
    log.error({ worker: place.number, ...details }, 'A worker has ended; another one takes its place');
    void state.journal.append({
      kind: 'admin',
      actor: 'cordon',
      action: 'worker.ended',
      subject,
      details,
      alarm: 'worker-ended',
    });
    events.publish({ type: 'admin', actor: 'cordon', action: 'worker.ended', subject });
    events.publish({ type: 'alarm', alarm: 'worker-ended', actor: 'cordon', subject });
    place.timer = setTimeout(() => void this.#refill(place), wait);
  }

  async #refill(place: Place): Promise<void> {
    place.restarts += 1;
    const start = await this.#fill(place);
    const { log } = this.#parts;
    if (start.isOpen) log.info({ worker: place.number, pid: place.member?.pid }, 'A worker has taken the place of another');
    else log.error({ worker: place.number, problems: start.problems }, 'A worker could not start');
  }

  async #end(deadline: Milliseconds): Promise<void> {
    for (const { timer } of this.#places) clearTimeout(timer);
    const members = this.#members();
    for (const { channel } of members) channel.tell('drain', deadline);
    const late = setTimeout(() => {
      for (const member of members) member.kill();
    }, deadline + GRACE);
    await Promise.all(members.map(({ ended }) => ended));
    clearTimeout(late);
  }
}

function adminAddressOf({ listen }: Settings): ListeningAddress {
  return { address: listen.admin.address.host, port: listen.admin.address.port };
}
