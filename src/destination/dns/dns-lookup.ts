import type { IpAddress } from '../../core/address.ts';
import type { Random } from '../../core/ports.ts';
import type { Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { followAliases, MAX_CHAIN } from './dns-chain.ts';
import { exchangeOverTcp, exchangeOverUdp, type ExchangeFailure } from './dns-exchange.ts';
import type { AddressType, DnsQuestion, DnsReply } from './dns-message.ts';
import type { DnsServer } from './dns-servers.ts';

/** What the name system says about one family of one name. */
export type FamilyAnswer =
  | {
      readonly kind: 'addresses';
      /** Never empty. */
      readonly addresses: readonly IpAddress[];
      readonly chain: readonly string[];
      readonly ttlSeconds: number;
    }
  /** NODATA or NXDOMAIN (RFC 2308 §2). */
  | { readonly kind: 'none'; readonly detail: string; readonly ttlSeconds: number }
  /** No server gave an answer; whether there are addresses is not known. */
  | { readonly kind: 'unanswered'; readonly timedOut: boolean; readonly detail: string }
  /** There is an answer, and it must not be used: no other family makes up for it. */
  | { readonly kind: 'invalid'; readonly detail: string };

export interface LookupContext {
  readonly servers: readonly DnsServer[];
  readonly random: Random;
  /** Of the whole look-up; attempts are spread over it. */
  readonly timeout: Milliseconds;
  /** Fires when the timeout is over. */
  readonly signal: AbortSignal;
  /** Called for every query that is sent. */
  readonly onQuery: () => void;
}

/** Further questions that an unfinished chain of aliases may cost. */
const MAX_QUESTIONS = 8;
/** Of the timeout; doubled with every round over the servers, so that a lost datagram costs little and a slow server is heard. */
const FIRST_WAIT = 1 / 8;

type Answer = Extract<DnsReply, { kind: 'answer' }>;

/** Looks one family of a canonical name up, through aliases inside a reply and over further questions. */
export async function lookUpFamily(name: string, type: AddressType, context: LookupContext): Promise<FamilyAnswer> {
  let visited: readonly string[] = [name];
  let ttlSeconds = Number.POSITIVE_INFINITY;
  for (let questions = 0; questions < MAX_QUESTIONS; questions++) {
    const asked = visited.at(-1) ?? name;
    const reply = await askServers(asked, type, context);
    if (reply.kind !== 'answer') return reply;
    const followed = followAliases(visited, reply.records);
    if (!followed.ok) return { kind: 'invalid', detail: followed.failure };
    ttlSeconds = Math.min(ttlSeconds, followed.value.ttlSeconds);
    if (followed.value.addresses.length > 0) {
      return { kind: 'addresses', addresses: followed.value.addresses, chain: followed.value.visited.slice(1), ttlSeconds };
    }
    // Without an SOA the server only began the chain; its end has to be asked for.
    const unfinished = followed.value.name !== asked && !reply.nameError && reply.negativeTtlSeconds === undefined;
    if (!unfinished) return noAddresses(followed.value.name, type, reply, ttlSeconds);
    visited = followed.value.visited;
  }
  return { kind: 'invalid', detail: `${name} leads to more than ${MAX_QUESTIONS} questions (at most ${MAX_CHAIN} aliases)` };
}

function noAddresses(name: string, type: AddressType, reply: Answer, chainTtlSeconds: number): FamilyAnswer {
  const detail = reply.nameError ? `${name} does not exist` : `${name} has no ${type} record`;
  return { kind: 'none', detail, ttlSeconds: Math.min(chainTtlSeconds, reply.negativeTtlSeconds ?? 0) };
}

/**
 * Asks the servers in turn until one answers. One that declines or is broken is not asked again; one that is silent is,
 * with a new id and a new port, until the time is over.
 */
async function askServers(name: string, type: AddressType, context: LookupContext): Promise<Answer | FamilyAnswer> {
  let candidates = context.servers;
  let details: readonly string[] = [];
  for (let round = 0; candidates.length > 0; round++) {
    const wait = context.timeout * FIRST_WAIT * 2 ** round;
    const silent: DnsServer[] = [];
    for (const server of candidates) {
      const reply = await askServer(server, { id: randomId(context.random), name, type }, wait, context);
      if (reply.ok && reply.value.kind === 'answer') return reply.value;
      if (!reply.ok && reply.failure.kind === 'unusable') return { kind: 'invalid', detail: reply.failure.detail };
      if (context.signal.aborted) {
        return { kind: 'unanswered', timedOut: true, detail: `no answer about ${name} within ${context.timeout} ms` };
      }
      if (!reply.ok && reply.failure.kind === 'silent') silent.push(server);
      else details = [...details, refusalOf(server, reply)];
    }
    candidates = silent;
  }
  return { kind: 'unanswered', timedOut: false, detail: `${name}: ${details.join('; ')}` };
}

/** One question to one server: over UDP, and over TCP when the answer does not fit. Each has `wait`. */
async function askServer(
  server: DnsServer,
  question: DnsQuestion,
  wait: Milliseconds,
  context: LookupContext,
): Promise<Result<DnsReply, ExchangeFailure>> {
  context.onQuery();
  const reply = await within(wait, context.signal, (signal) => exchangeOverUdp(server, question, signal));
  if (!reply.ok || reply.value.kind !== 'truncated') return reply;
  context.onQuery();
  const again = { ...question, id: randomId(context.random) };
  return within(wait, context.signal, (signal) => exchangeOverTcp(server, again, signal));
}

async function within<T>(wait: Milliseconds, outer: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, wait);
  outer.addEventListener('abort', abort);
  if (outer.aborted) abort();
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', abort);
  }
}

const RCODES: Readonly<Record<number, string>> = { 1: 'FORMERR', 2: 'SERVFAIL', 4: 'NOTIMP', 5: 'REFUSED' };

function refusalOf(server: DnsServer, reply: Result<DnsReply, ExchangeFailure>): string {
  if (!reply.ok) return reply.failure.detail;
  if (reply.value.kind !== 'declined') return `${server.text}: no answer`;
  return `${server.text}: ${RCODES[reply.value.rcode] ?? `rcode ${reply.value.rcode}`}`;
}

function randomId(random: Random): number {
  const [high = 0, low = 0] = random.bytes(2);
  return high * 256 + low;
}
