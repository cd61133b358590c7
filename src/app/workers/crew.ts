import cluster from 'node:cluster';
import { type SocketAddress, socketAddressText } from '../../config/setting-text.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { Clock, EventBus, GatewayEvent, Random } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { LimitUse } from '../../core/exchange/limit-use.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { ListeningAddress } from '../../destination/self-addresses.ts';
import { SESSION_IDLE, SESSION_TOLD, SessionTable } from '../../identity/session.ts';
import type { Log } from '../../telemetry/log.ts';
import { joinRegistries } from '../../telemetry/registry.ts';
import type { CarrierHealth, Carriers } from './carriers.ts';
import type { Replica } from '../replica.ts';
import type { Hearing, Waiting } from './channel.ts';
import { DepartedFigures } from './departed-figures.ts';
import { type Ending, Member } from './member.ts';
import type { FromWorker, WorkerStart, WorkerStatus } from './messages.ts';
import { Place } from './place.ts';
import { PolicyAgreement } from './policy-agreement.ts';
import { settingsOfWorker, workerCount } from './shares.ts';
import { tellEnded, tellNotStarted } from './tell-of-workers.ts';

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
const METRICS_TIME: Milliseconds = 2_000;
/** What a worker may take beyond its deadline until it is ended. */
const GRACE: Milliseconds = 5_000;

/**
 * The workers of a gateway, seen from its primary: each is a process and a replica, with a chain of its own. They share the
 * listeners, run one policy and draw from one count of limits; one that ends is replaced.
 */
export class Crew implements Carriers {
  readonly followers: PolicyAgreement;
  readonly #parts: CrewParts;
  readonly #places: readonly Place[];
  readonly #sessions: SessionTable;
  readonly #departed = new DepartedFigures();
  #primary: Replica | undefined;
  #addresses: readonly SocketAddress[] = [];
  #ending: Promise<void> | undefined;

  constructor(parts: CrewParts) {
    const { settings, clock, random } = parts;
    this.#parts = parts;
    this.#places = Array.from({ length: workerCount(settings) }, (_, index) => new Place(index + 1));
    this.followers = new PolicyAgreement({
      members: () => this.#members(),
      source: () => this.#primary!.upkeep.policy.source,
      rules: settings.rules,
      log: parts.log,
    });
    this.#sessions = new SessionTable({ clock, random, idle: SESSION_IDLE + SESSION_TOLD });
    // Everyone has the same number of connections: agents keep theirs open, and the kernel would give most to one.
    cluster.schedulingPolicy = cluster.SCHED_RR;
    cluster.setupPrimary({ args: ['worker'], serialization: 'advanced' });
  }

  /** Starts all of them, under the policy that the primary has. @failure sentences: what the first that could not start says */
  async start(primary: Replica): Promise<Result<void, readonly string[]>> {
    this.#primary = primary;
    primary.metrics.sample('cordon_workers', () => this.#open().length);
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

  limits(count: number, isWanted: (use: LimitUse) => boolean): readonly LimitUse[] {
    return this.#primary!.limits.fullest(count, isWanted);
  }

  /** One whose place is empty keeps the others from nothing: connections go to those that are there. */
  ready(): boolean {
    const open = this.#open();
    return this.#ending === undefined && open.length > 0 && open.every(({ status }) => status?.isReady === true);
  }

  health(): readonly CarrierHealth[] {
    const now = this.#parts.clock.monotonic();
    return this.#places.map((place) => place.health(now));
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

  /** One that starts meanwhile reads them by itself. */
  renewCertificates(again: boolean): Promise<void> {
    for (const { channel } of this.#members()) channel.tell('renew-certificates', again);
    return Promise.resolve();
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

  /** Those that take connections. */
  #open(): Member[] {
    return this.#members().filter(({ isOpen }) => isOpen);
  }

  /** Starts a worker in an empty place. One that cannot start has ended when this resolves. */
  async #fill(place: Place): Promise<WorkerStart> {
    const { settings, observe, listening, clock } = this.#parts;
    const member = new Member(place.number, clock.monotonic(), {
      hearing: (self) => this.#hearing(self),
      onFull: (self, waiting) => this.#onFull(self, waiting),
    });
    place.member = member;
    void member.ended.then((how) => this.#onEnded(place, member, how));
    const order = {
      settings: settingsOfWorker(settings),
      observe,
      now: clock.now(),
      number: place.number,
      listening: [...listening, adminAddressOf(settings)],
    };
    const answer = await member.channel.ask('start', order, START_TIME);
    if (answer.ok && answer.value.isOpen) {
      this.#hear(member, answer.value.status);
      return answer.value;
    }
    member.kill();
    const { signal, status } = await member.ended;
    if (answer.ok) return answer.value;
    const how = answer.failure === 'late' ? `was not open after ${START_TIME / 1000} s` : `ended with ${signal ?? status}`;
    return { isOpen: false, problems: [`Worker ${place.number} ${how} while it started`] };
  }

  #hear(member: Member, status: WorkerStatus): void {
    member.hear(status, this.#parts.clock.monotonic());
    this.#places[member.number - 1]!.writers = status.writers;
  }

  #hearing(member: Member): Hearing<FromWorker> {
    const { events } = this.#parts;
    return {
      questions: {
        take: (claims) => this.#primary!.limits.take(claims),
        use: ({ claims, bytes }) => this.#primary!.limits.use(claims, bytes),
        session: (source) => this.#sessions.ofSource(source),
        policy: () => this.followers.join(member),
      },
      news: {
        'give-back': (claims) => this.#primary?.limits.giveBack(claims),
        status: (status) => this.#hear(member, status),
        event: (event: GatewayEvent) => events.publish(event),
        'store-changed': () => {
          this.#primary?.state.wakeStore();
          this.storeChanged(member);
        },
      },
    };
  }

  #onFull(member: Member, waiting: Waiting): void {
    this.#primary!.metrics.count('cordon_pipe_full_total', { to: 'worker' });
    this.#parts.log.error({ worker: member.number, ...waiting }, 'A worker does not take what it is told and is replaced');
    member.kill();
  }

  #onEnded(place: Place, member: Member, ending: Ending): void {
    place.member = undefined;
    this.#departed.add(member.figures);
    // One that never took a connection is told of by who starts it.
    if (this.#ending !== undefined || !member.isOpen) return;
    const wait = place.refillAfter(this.#parts.clock.monotonic() - member.startedAt, () => void this.#refill(place));
    tellEnded(member, ending, wait, this.#telling());
  }

  async #refill(place: Place): Promise<void> {
    place.restarts += 1;
    const start = await this.#fill(place);
    if (start.isOpen) {
      place.problems = [];
      this.#parts.log.info({ worker: place.number, pid: place.member?.pid }, 'A worker has taken the place of another');
      return;
    }
    if (this.#ending !== undefined) return;
    const { problems } = start;
    const isNews = problems.join('\n') !== place.problems.join('\n');
    place.problems = problems;
    const wait = place.refillAfter(0, () => void this.#refill(place));
    tellNotStarted(place.number, { problems, wait, isNews }, this.#telling());
  }

  #telling(): Parameters<typeof tellEnded>[3] {
    return { ...this.#parts, replica: this.#primary! };
  }

  async #end(deadline: Milliseconds): Promise<void> {
    for (const place of this.#places) place.close();
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
