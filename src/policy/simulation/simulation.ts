import { BoundedMap } from '../../core/bounded-map.ts';
import { authorityText } from '../../core/address.ts';
import type { DecisionRequest, SubjectAttributes } from '../../core/exchange/decision.ts';
import type { DecisionEvent, FoldedEvent, Record as RecordOf } from '../../core/exchange/record.ts';
import { ok, type Result } from '../../core/result.ts';
import type { PathPattern } from '../model.ts';
import { weigh } from '../decision/weigh.ts';
import type { PreparedPolicy } from '../target-index.ts';
import { Counts } from './counts.ts';
import { recordedRequest, type RecordedWorld } from './recorded-request.ts';
import { recordedTarget, type RecordedTarget } from './recorded-target.ts';
import { redecide, type RefusedAfter } from './redecide.ts';
import type { ChangedGroup, SimulationResult } from './simulation-result.ts';
import type { Untold } from './untold.ts';
import { changeBetween, recordedVerdict, type Change, type Verdict } from './verdict.ts';

export interface SimulationOptions {
  /** The candidate. */
  readonly policy: PreparedPolicy;
  readonly world: RecordedWorld;
  readonly refusedAfter: RefusedAfter;
  /** Most groups of changed exchanges that are told apart; default 10,000. */
  readonly groups?: number;
  /** Most different questions, but for their paths, whose answers are kept; default 16,384. */
  readonly remembered?: number;
}

/** Rules, subjects and destinations that are counted each by itself; agents choose destinations. */
const MOST_NAMES = 10_000;
/** Held exchanges that are remembered, to be counted once: whatever is let go was held shortly before. */
const MOST_HELD = 100_000;

/** What stands behind one decision, and behind all that are the same. */
type Answer =
  | { readonly kind: 'untold'; readonly because: Untold }
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly group: Group; readonly rules: readonly string[]; readonly isShown: boolean };

/** Decisions that differ in their paths alone: what a path makes of them is which patterns it matches. */
interface Family {
  readonly patterns: readonly PathPattern[];
  /** The catalogue places the name by the path, which patterns say nothing of. */
  readonly isByPath: boolean;
  readonly answers: BoundedMap<string, Answer>;
}

/** Most answers of one family; by patterns there are only ever a few. */
const MOST_ANSWERS = 1024;

type Group = { -readonly [K in keyof ChangedGroup]: ChangedGroup[K] };

/**
 * Asks a candidate policy again what was decided and recorded, and counts what would change. Nothing is sent and nothing is
 * looked up. Decisions that rest on the same facts are made once.
 */
export class Simulation {
  readonly #options: SimulationOptions;
  readonly #subjects: ReadonlyMap<string, SubjectAttributes>;
  readonly #families: BoundedMap<string, Family>;
  readonly #changed = new Map<string, Answer & { readonly kind: 'changed' }>();
  readonly #held = new BoundedMap<string, true>(MOST_HELD);
  readonly #changes = new Counts<Change>(MOST_NAMES);
  readonly #untold = new Counts<Untold>(MOST_NAMES);
  readonly #rules = new Counts(MOST_NAMES);
  readonly #agents = new Counts(MOST_NAMES);
  readonly #destinations = new Counts(MOST_NAMES);
  #same = 0;
  #ungrouped = 0;
  #own = 0;
  #unasked = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#subjects = new Map(options.policy.policy.agents.map(({ attributes }) => [attributes.agent, attributes]));
    this.#families = new BoundedMap(options.remembered ?? 16_384);
  }

  /** Takes the next record of a writer. */
  take(record: RecordOf): void {
    switch (record.kind) {
      case 'decision':
        this.#takeDecision(record);
        return;
      case 'folded':
        this.#takeFolded(record);
        return;
      case 'outcome':
      case 'progress':
      case 'content':
      case 'admin':
      case 'gap':
      case 'policy':
    }
  }

  /** What came of it so far. */
  result(): SimulationResult {
    const { policy, world } = this.#options;
    const groups = [...this.#changed.values()].map(({ group }) => ({ ...group }));
    const changes = this.#changes.toSorted().map(([change, count]) => ({ change, count }));
    const changed = changes.reduce((sum, { count }) => sum + count, 0);
    return {
      policy: policy.policy.digest,
      now: world.now,
      decided: this.#same + changed,
      same: this.#same,
      changed,
      changes,
      untold: this.#untold.toSorted().map(([because, count]) => ({ because, count })),
      own: this.#own,
      unasked: this.#unasked,
      rules: namedCounts(this.#rules),
      subjects: namedCounts(this.#agents),
      destinations: namedCounts(this.#destinations),
      groups: groups.sort((a, b) => b.count - a.count || (a.first < b.first ? -1 : 1)),
      ungrouped: this.#ungrouped,
    };
  }

  #takeFolded({ subject, count }: FoldedEvent): void {
    if (subject === undefined) this.#unasked += count;
    else this.#untold.add('folded', count);
  }

  #takeDecision(record: Recorded): void {
    if (record.client === 'self') {
      this.#own += 1;
      return;
    }
    if (record.subject === undefined || !isAsked(record)) {
      this.#unasked += 1;
      return;
    }
    // What is held has a record when it is held, and one when it is let go or refused.
    if (this.#held.get(record.exchange) === true) return;
    if (record.decision === 'hold') this.#held.set(record.exchange, true);
    this.#count(this.#answerTo(record, record.subject), record);
  }

  #answerTo(record: Recorded, agent: string): Answer {
    const target = recordedTarget(record);
    if (target === undefined) return { kind: 'untold', because: 'record' };
    const key = factsOf(record, target);
    let family = this.#families.get(key);
    if (family === undefined) {
      family = this.#familyOf(record, target, agent);
      this.#families.set(key, family);
    }
    const path = classOf(target, family);
    const known = family.answers.get(path);
    if (known !== undefined) return known;
    const answer = this.#answerAnew(record, target, agent);
    family.answers.set(path, answer);
    return answer;
  }

  #familyOf(record: Recorded, target: RecordedTarget, agent: string): Family {
    const { world, policy } = this.#options;
    const { host } = target.authority;
    const name = host.kind === 'name' ? world.tables.collectName(host.name, undefined, null) : undefined;
    const asked = this.#requestOf(record, target, agent);
    const patterns = asked?.ok === true ? pathPatterns(policy, asked.value) : [];
    return { patterns, isByPath: name?.dependsOn?.path === true, answers: new BoundedMap(MOST_ANSWERS) };
  }

  #answerAnew(record: Recorded, target: RecordedTarget, agent: string): Answer {
    const before = recordedVerdict(record);
    const after = this.#verdictOn(record, target, agent, before === 'ended' ? LET_PASS : before);
    if (!after.ok) return { kind: 'untold', because: after.failure };
    // Who refused it then would perhaps refuse it now.
    if (before === 'ended') return after.value.effect === 'deny' ? SAME : { kind: 'untold', because: 'ended otherwise' };
    const change = changeBetween(before, after.value);
    if (change === undefined) return SAME;
    return this.#changedTo(record, {
      change,
      before,
      after: after.value,
      subject: agent,
      destination: authorityText(target.authority),
    });
  }

  /** Undefined where the candidate has no such agent. */
  #requestOf(record: Recorded, target: RecordedTarget, agent: string): ReturnType<typeof recordedRequest> | undefined {
    const subject = this.#subjects.get(agent);
    return subject === undefined ? undefined : recordedRequest(record, target, subject, this.#options.world);
  }

  #verdictOn(record: Recorded, target: RecordedTarget, agent: string, before: Verdict): Result<Verdict, Untold> {
    const { policy, refusedAfter } = this.#options;
    const asked = this.#requestOf(record, target, agent);
    if (asked === undefined) return ok(UNIDENTIFIED);
    return asked.ok ? redecide(policy, asked.value, before, refusedAfter) : asked;
  }

  #changedTo({ exchange, time }: Recorded, changed: Changed): Answer {
    const key = JSON.stringify(changed);
    const known = this.#changed.get(key);
    if (known !== undefined) return known;
    const isShown = this.#changed.size < (this.#options.groups ?? MOST_NAMES);
    const group: Group = { ...changed, count: 0, exchange, first: time, last: time };
    const answer = { kind: 'changed', group, rules: concernedRules(changed.before, changed.after), isShown } as const;
    if (isShown) this.#changed.set(key, answer);
    return answer;
  }

  #count(answer: Answer, { time }: Recorded): void {
    if (answer.kind === 'untold') this.#untold.add(answer.because);
    else if (answer.kind === 'same') this.#same += 1;
    else {
      const { group, rules, isShown } = answer;
      this.#changes.add(group.change);
      for (const rule of rules) this.#rules.add(rule);
      this.#agents.add(group.subject);
      this.#destinations.add(group.destination);
      note(group, time);
      if (!isShown) this.#ungrouped += 1;
    }
  }
}

type Recorded = DecisionEvent & Pick<RecordOf, 'time'>;
type Changed = Omit<ChangedGroup, 'count' | 'exchange' | 'first' | 'last'>;

const SAME: Answer = { kind: 'same' };
/** What a policy said that let something pass which ended otherwise. */
const LET_PASS: Verdict = { effect: 'deny', rules: [], obligations: [] };
/** The candidate has no such agent. */
const UNIDENTIFIED: Verdict = { effect: 'deny', code: 'unidentified', rules: [], obligations: [] };

/** Whether the policy has spoken: a name that none of its patterns covers is refused before anything is decided. */
function isAsked({ policy, code }: DecisionEvent): boolean {
  return policy !== undefined || code === 'no_rule';
}

/** Records of several writers come one writer after the other, so that a later one can be older. */
function note(group: Group, time: string): void {
  group.count += 1;
  if (time < group.first) group.first = time;
  if (time > group.last) group.last = time;
}

/** Everything in a record that the answer depends on, but for the path. */
function factsOf(record: DecisionEvent, { scheme, authority, path }: RecordedTarget): string {
  const { subject, exchangeKind, method, mediaType, evidence, unlocated, policy } = record;
  const { decision, code, wouldDeny, rules, obligations } = record;
  return JSON.stringify([
    [subject, exchangeKind, method, scheme, authorityText(authority), path === undefined],
    [mediaType, evidence, unlocated, policy === undefined],
    [decision, code, wouldDeny, rules, obligations],
  ]);
}

/** Stands for all paths under which the same is decided. */
function classOf({ path, rawPath }: RecordedTarget, { patterns, isByPath }: Family): string {
  if (isByPath) return `${path}\n${rawPath}`;
  if (path === undefined) return '';
  let matched = '';
  for (const [index, pattern] of patterns.entries()) if (pattern.matches(path)) matched += `${index} `;
  return matched;
}

/** The patterns of every rule that can bear on the request, whether or not its name is looked up. */
function pathPatterns(policy: PreparedPolicy, request: DecisionRequest): readonly PathPattern[] {
  const looks = [request.resource.addresses, undefined].map((addresses) =>
    weigh(policy, request, { addresses, nameOnly: false, unresolved: 'all' }),
  );
  return [
    ...new Set(looks.flatMap(({ entries }) => entries.flatMap(({ rules }) => rules.flatMap(({ rule }) => rule.paths ?? [])))),
  ];
}

/** The rules that make the difference; where the same ones win, all of them. */
function concernedRules(before: Verdict, after: Verdict): readonly string[] {
  const all = new Set([...before.rules, ...after.rules]);
  const apart = [...all].filter((rule) => before.rules.includes(rule) !== after.rules.includes(rule));
  return apart.length > 0 ? apart : [...all];
}

function namedCounts(counts: Counts): SimulationResult['rules'] {
  const named = counts.toSorted().map(([name, count]) => ({ name, count }));
  return { named, others: counts.others };
}
