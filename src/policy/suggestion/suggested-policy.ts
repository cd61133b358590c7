import { hostText } from '../../core/address.ts';
import { CODES, type Code } from '../../core/codes.ts';
import { pathPatterns } from './path-pattern.ts';
import type { SeenDestination } from './seen-traffic.ts';

export interface SuggestedPolicy {
  /** A policy file: rules, evidence for each, and what a person has to decide. */
  readonly yaml: string;
  /** Rules in it. */
  readonly rules: number;
  /** Destinations that only a person can decide on; the file says why. */
  readonly questions: number;
}

export interface SuggestionContext {
  /** What the records are of: `1d of the record`. */
  readonly of: string;
  /** Ids that the policy has already. */
  readonly taken: ReadonlySet<string>;
  /** Destinations that were too many to list. */
  readonly omitted: number;
}

/** What a permit alone would mend: nobody has ruled it out, and its place is known and at home. */
const MENDED: ReadonlySet<string> = new Set(['no_rule', 'port_not_allowed', 'protocol_not_allowed']);

/**
 * The narrowest policy that lets pass what was seen: each method with the paths that were asked for with it, for the agents that
 * asked. What more than a permit would be needed for is a question in a comment, and no rule.
 */
export function suggestedPolicy(seen: readonly SeenDestination[], context: SuggestionContext): SuggestedPolicy {
  const ids = new Ids(context.taken);
  const plain = seen.filter(isPlain);
  const questions = seen.filter((each) => !isPlain(each)).map(questionLine);
  const destinations = new Map<string, { readonly id: string; readonly line: string }>();
  const rules: string[] = [];
  for (const each of plain) {
    const key = `${hostText(each.host)} ${each.port}`;
    const to = destinations.get(key) ?? destinationOf(each, ids);
    destinations.set(key, to);
    rules.push(...rulesOf(each, to.id, ids));
  }
  if (context.omitted > 0) questions.push(`# - requests to ${context.omitted} further destinations, too many to list`);
  const lines = [
    `# Suggested from ${context.of}: look at every line before you take it over. It permits what was asked for, not what ought to be.`,
    'cordon: 1',
    ...section(
      'destinations',
      [...destinations.values()].map(({ line }) => line),
    ),
    ...section('rules', rules),
    ...(questions.length > 0 ? ['', '# Not suggested, since a permit alone would not do:', ...questions] : []),
  ];
  return {
    yaml: `${lines.join('\n')}\n`,
    rules: rules.filter((line) => line.startsWith('  - ')).length,
    questions: questions.length,
  };
}

function section(name: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${name}:`, ...lines];
}

function isPlain({ codes, host, unnamed, paths }: SeenDestination): boolean {
  // Without a method and a path a rule would permit all of them.
  return host.kind === 'name' && (unnamed === 0 || paths.size > 0) && [...codes].every((code) => MENDED.has(code));
}

function destinationOf({ host, port, scheme }: SeenDestination, ids: Ids): { readonly id: string; readonly line: string } {
  const name = hostText(host);
  const id = ids.unique(name.replaceAll(/[^a-z0-9]+/g, '-').replace(/^(?=[^a-z])/, 'host-'));
  const ports = port === 443 && scheme === 'https' ? '' : `, ports: [${port}]`;
  return { id, line: `  - { id: ${id}, hosts: [${JSON.stringify(name)}]${ports} }` };
}

function rulesOf(seen: SeenDestination, to: string, ids: Ids): readonly string[] {
  const lines = [`  # ${evidenceText(seen)}`, ...openQuestions(seen).map((question) => `  # Open: ${question}`)];
  const mask = seen.findings.size === 0 ? [] : [`    mask: { request: [${[...seen.findings.keys()].sort().join(', ')}] }`];
  for (const { methods, paths } of byPaths(seen.paths)) {
    lines.push(
      `  - id: ${ids.unique(`suggested-${to}`)}`,
      `    agents: [${seen.agent}]`,
      `    to: [${to}]`,
      ...(methods.length === 0
        ? []
        : [`    methods: [${methods.join(', ')}]`, `    paths: [${paths.map((path) => JSON.stringify(path)).join(', ')}]`]),
      '    then: permit',
      ...mask,
    );
  }
  return lines;
}

/** Methods that were used with the same paths share a rule; one rule for all would permit what nobody asked for. */
function byPaths(
  paths: SeenDestination['paths'],
): readonly { readonly methods: readonly string[]; readonly paths: readonly string[] }[] {
  if (paths.size === 0) return [{ methods: [], paths: [] }];
  const groups = new Map<string, { methods: string[]; paths: readonly string[] }>();
  for (const [method, patterns] of [...paths].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const reduced = pathPatterns(patterns);
    const group = groups.get(JSON.stringify(reduced)) ?? { methods: [], paths: reduced };
    group.methods.push(method);
    groups.set(JSON.stringify(reduced), group);
  }
  return [...groups.values()];
}

function evidenceText({ count, agent, first, last, codes, places, evidence, paths }: SeenDestination): string {
  const what = paths.size === 0 ? 'tunnels' : 'requests';
  const by = evidence.size === 0 ? 'no evidence of its place' : `${[...places].join(', ')} by ${[...evidence].join(', ')}`;
  return oneLine(`${count} ${what} of ${agent}, ${first} to ${last}: ${[...codes].join(', ')}; ${by}`);
}

function openQuestions({ paths, findings, scheme, unnamed }: SeenDestination): readonly string[] {
  const found = [...findings].sort(([a], [b]) => (a < b ? -1 : 1)).map(([entity, count]) => `${count} ${entity}`);
  return [
    ...(paths.size === 0
      ? ['nobody has seen the requests inside: observe the agent (cordon serve --observe), then ask again']
      : []),
    ...(unnamed > 0 ? [`${unnamed} requests had a method or path that no rule can name`] : []),
    ...(scheme === 'http' ? ['it is asked in cleartext: can it be asked by https?'] : []),
    ...(found.length > 0
      ? [`found in what was sent or answered: ${found.join(', ')}; the mask redacts it: does the destination need it?`]
      : []),
  ];
}

function questionLine(seen: SeenDestination): string {
  const { host, port, agent, count, codes, places, rules } = seen;
  return oneLine(
    `# - ${hostText(host)}:${port} (${count} of ${agent}): ${[...codes].map((code) => why(code, host.kind, places, rules)).join('; ')}`,
  );
}

function why(code: string, kind: 'name' | 'address', places: ReadonlySet<string>, rules: ReadonlySet<string>): string {
  switch (code) {
    case 'outside_home':
      return `outside_home, it is in ${[...places].join(', ')}: needs an endpoint at home, or a rule with a transfer and its legal basis`;
    case 'unknown_place':
    case 'place_contradiction':
    case 'tables_stale':
      return `${code}: state where it is with attest, if you can show it, or update the tables`;
    case 'denied_by_rule':
      return `denied_by_rule: ${[...rules].join(', ')} rules it out`;
    case 'private_address':
      return 'private_address: an internal service is declared with internal, its addresses and ports';
    default:
      if (!MENDED.has(code))
        return `${code}: ${(code in CODES ? CODES[code as Code].hint : undefined) ?? 'no rule lifts that'}`;
      return kind === 'name'
        ? `${code}, with methods or paths that no rule can name`
        : `${code}: it was asked for by address; name it, or declare its addresses`;
  }
}

/** Ids that are in nobody's way. */
class Ids {
  readonly #taken: Set<string>;

  constructor(taken: ReadonlySet<string>) {
    this.#taken = new Set(taken);
  }

  unique(wanted: string): string {
    const base = wanted.slice(0, 90).replace(/-+$/, '');
    let id = base;
    for (let n = 2; this.#taken.has(id); n++) id = `${base}-${n}`;
    this.#taken.add(id);
    return id;
  }
}

/** In a comment nothing may begin a line of its own. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
}
