import { hostText, type Host } from '../../core/address.ts';
import { BoundedMap } from '../../core/bounded-map.ts';
import type { Code } from '../../core/codes.ts';
import type { DecisionEvent, FoldedEvent, OutcomeEvent, Record as RecordOf } from '../../core/exchange/record.ts';
import { recordedTarget } from '../simulation/recorded-target.ts';
import { parsePathPattern } from '../text/path-pattern.ts';
import { pathPattern } from './path-pattern.ts';

/** What one agent asked of one destination, and was refused or would have been. */
export interface SeenDestination {
  readonly host: Host;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  readonly agent: string;
  /** Globs of paths by method; empty where only tunnels were seen. */
  readonly paths: ReadonlyMap<string, ReadonlySet<string>>;
  /** Requests whose method or path no rule can name. */
  readonly unnamed: number;
  /** Requests, or tunnels where none was seen inside. */
  readonly count: number;
  /** First and last, RFC 3339. */
  readonly first: string;
  readonly last: string;
  readonly codes: ReadonlySet<Code>;
  readonly places: ReadonlySet<string>;
  readonly evidence: ReadonlySet<string>;
  /** Rules that were named in denials. */
  readonly rules: ReadonlySet<string>;
  /** By entity: how many values were found in what was sent and answered. */
  readonly findings: ReadonlyMap<string, number>;
}

interface Growing extends SeenDestination {
  readonly paths: Map<string, Set<string>>;
  count: number;
  unnamed: number;
  tunnels: number;
  first: string;
  last: string;
  readonly codes: Set<Code>;
  readonly places: Set<string>;
  readonly evidence: Set<string>;
  readonly rules: Set<string>;
  readonly findings: Map<string, number>;
}

/** Exchanges whose outcome is still to come. */
const MOST_OPEN = 20_000;
/** An agent that wanders over the whole net is answered with a rule by nobody. */
const MOST_DESTINATIONS = 5_000;

/** Kinds of evidence that are named of one destination. */
const MOST_EVIDENCE = 4;

/** Gathers, from records by time, what agents were refused, or would be where they are only observed, and what has not passed since. */
export class SeenTraffic {
  readonly #seen = new Map<string, Growing>();
  readonly #open = new BoundedMap<string, Growing>(MOST_OPEN);
  /** Destinations that were left out because there were too many. */
  omitted = 0;

  take(record: RecordOf): void {
    if (record.kind === 'decision') this.#decision(record, record.time);
    else if (record.kind === 'outcome') this.#outcome(record);
    else if (record.kind === 'folded') this.#folded(record);
  }

  /** By host, port and agent. */
  destinations(): readonly SeenDestination[] {
    return [...this.#seen.values()]
      .map((seen) => (seen.count === 0 ? { ...seen, count: seen.tunnels } : seen))
      .sort((a, b) => compare(hostText(a.host), hostText(b.host)) || a.port - b.port || compare(a.agent, b.agent));
  }

  #decision(event: DecisionEvent, time: string): void {
    const code = event.wouldDeny ?? (event.decision === 'deny' ? event.code : undefined);
    const target = recordedTarget(event);
    if (event.subject === undefined || target === undefined) return;
    const { host, port } = target.authority;
    const about = { host, port, scheme: target.scheme, agent: event.subject };
    if (code === undefined) {
      if (event.decision === 'permit') this.#passed(about, event);
      return;
    }
    const seen = this.#of(about, time);
    if (seen === undefined) return;
    this.#refused(seen, event, { code, time });
    this.#open.set(event.exchange, seen);
  }

  #refused(seen: Growing, event: DecisionEvent, { code, time }: { readonly code: Code; readonly time: string }): void {
    seen.last = time;
    seen.codes.add(code);
    for (const rule of event.rules) seen.rules.add(rule);
    for (const place of Object.values(event.place ?? {})) seen.places.add(place);
    for (const { kind, source } of event.evidence)
      if (seen.evidence.size < MOST_EVIDENCE) seen.evidence.add(`${kind} (${source})`);
    if (event.exchangeKind === 'connect') {
      seen.tunnels += 1;
      return;
    }
    seen.count += 1;
    const asked = askedFor(event);
    if (asked === undefined) seen.unnamed += 1;
    else seen.paths.set(asked.method, (seen.paths.get(asked.method) ?? new Set()).add(asked.pattern));
  }

  #outcome({ exchange, findings }: OutcomeEvent): void {
    const seen = this.#open.get(exchange);
    if (seen === undefined) return;
    this.#open.delete(exchange);
    for (const [entity, count] of Object.entries(findings)) {
      if (count > 0) seen.findings.set(entity, (seen.findings.get(entity) ?? 0) + count);
    }
  }

  /** Denials like one that is there already. */
  #folded({ subject, target = '', count }: FoldedEvent): void {
    const found = [...this.#seen.values()].find(
      ({ agent, host, port }) =>
        agent === subject && target.includes(port === 443 || port === 80 ? hostText(host) : `${hostText(host)}:${port}`),
    );
    if (found !== undefined) found.count += count;
  }

  /** Somebody has seen to it: what passes now needs no rule. */
  #passed(about: About, event: DecisionEvent): void {
    const key = keyOf(about);
    const seen = this.#seen.get(key);
    if (seen === undefined) return;
    if (event.exchangeKind !== 'connect') {
      const asked = askedFor(event);
      const patterns = asked && seen.paths.get(asked.method);
      patterns?.delete(asked?.pattern ?? '');
      if (patterns?.size === 0) seen.paths.delete(asked?.method ?? '');
    }
    // A tunnel that is looked into passes without a rule, whatever becomes of the requests inside.
    const isOver = event.exchangeKind === 'connect' ? event.rules.length > 0 : seen.count > 0;
    if (seen.paths.size === 0 && isOver) this.#seen.delete(key);
  }

  #of(about: About, time: string): Growing | undefined {
    const key = keyOf(about);
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    if (this.#seen.size >= MOST_DESTINATIONS) {
      this.omitted += 1;
      return undefined;
    }
    const seen: Growing = {
      ...about,
      paths: new Map(),
      count: 0,
      unnamed: 0,
      tunnels: 0,
      first: time,
      last: time,
      codes: new Set(),
      places: new Set(),
      evidence: new Set(),
      rules: new Set(),
      findings: new Map(),
    };
    this.#seen.set(key, seen);
    return seen;
  }
}

const METHOD = /^[A-Z]+$/;

/** How a text ends that did not fit into its record. */
const CUT = /\.\.\.\[\+\d+ characters\]$/;

/** Undefined where a rule cannot name it: its path has more than one reading. */
function askedFor({
  method = '',
  target = '',
}: DecisionEvent): { readonly method: string; readonly pattern: string } | undefined {
  const path = /^[a-z]+:\/\/[^/?]*(\/[^?]*)?/i.exec(target.replace(CUT, ''))?.[1] ?? '/';
  const whole = pathPattern(path);
  // The last segment of what was cut is not whole.
  const pattern = CUT.test(target) ? `${whole.replace(/\/[^/]*$/, '')}/**` : whole;
  return METHOD.test(method) && parsePathPattern(pattern).ok ? { method, pattern } : undefined;
}

type About = Pick<SeenDestination, 'host' | 'port' | 'scheme' | 'agent'>;

function keyOf({ agent, scheme, host, port }: About): string {
  return `${agent} ${scheme} ${hostText(host)} ${port}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
