import { isIP } from 'node:net';
import { stringify } from 'yaml';
import { CODES, type Code } from '../../core/codes.ts';
import { parsePathPattern } from '../../policy/text/path-pattern.ts';
import { shownText } from '../shown-text.ts';
import type { Denied } from './denied.ts';

/** For whom the rules are, and which ids are taken. */
export interface RulesFor {
  readonly agent: string;
  readonly taken: ReadonlySet<string>;
}

/** A permit lifts these. */
const BY_RULE: ReadonlySet<string> = new Set(['no_rule', 'port_not_allowed', 'protocol_not_allowed']);
/** So does one that carries a transfer, which a person has to answer for. */
const BY_TRANSFER: ReadonlySet<string> = new Set(['outside_home', 'unknown_place']);

/** More paths are left out: a rule that names them all is no rule any more. */
const MOST_PATHS = 20;

/**
 * The least that would have permitted what was denied, as a policy file; what no permit lifts is said in comments. Nothing in it
 * claims a legal basis.
 */
export function narrowestRules(denied: readonly Denied[], { agent, taken }: RulesFor): string {
  const ids = new Set(taken);
  const [permitted, others] = [denied.filter(isLifted), denied.filter((each) => !isLifted(each))];
  const groups = Object.values(Object.groupBy(permitted, ({ host, port }) => `${host}:${port}`)).map((group) => group ?? []);
  const comments = others.map((each) => `# ${told(each)}: ${remedy(each)}\n`).join('');
  if (groups.length === 0) return comments;
  const rules = groups.map((group) => ruleTexts(group, agent, ids)).join('');
  return `${comments}cordon: 1\nrules:\n${rules}`;
}

/** One kind of denial on one line. */
function told({ host, port, method, code, count }: Denied): string {
  return `${shownText(method)} ${shownText(host)}:${port} ${code}, ${count === 1 ? 'once' : `${count} times`}`;
}

function isLifted({ code, host }: Denied): boolean {
  return host !== '-' && (BY_RULE.has(code) || BY_TRANSFER.has(code));
}

function remedy({ code, rules }: Denied): string {
  if (code === 'denied_by_rule') return `no permit lifts a rule that denies (${[...rules].map(shownText).join(', ')})`;
  return (code in CODES ? CODES[code as Code].hint : undefined) ?? 'no rule lifts that';
}

/** A rule for each method: one for several would permit each on the paths of the others. */
function ruleTexts(group: readonly Denied[], agent: string, ids: Set<string>): string {
  const methods = [...new Set(group.map(({ method }) => method))];
  // What a CONNECT asks for shows inside it; where nothing got there, any request is all that can be said.
  const shown = methods.length === 1 ? methods : methods.filter((method) => method !== 'CONNECT');
  return shown
    .map((method) =>
      ruleText(
        group.filter((each) => each.method === method),
        agent,
        ids,
      ),
    )
    .join('');
}

function ruleText(group: readonly Denied[], agent: string, ids: Set<string>): string {
  const [{ host, port, method } = { host: '', port: 0, method: '' }] = group;
  const isTunnel = method === 'CONNECT';
  const comments = group.map((each) => `  # ${told(each)}\n`);
  if (isTunnel) comments.push('  # What it would have asked for there is not known: add methods and paths.\n');
  const places = [...new Set(group.filter(({ code }) => BY_TRANSFER.has(code)).flatMap((each) => [...each.places]))];
  if (places.length > 0) {
    comments.push('  # It leaves home: that takes a transfer besides, which somebody has to answer for:\n');
    comments.push(`  # transfer: { to: [${places.map(shownText).join(', ')}], basis: …, reference: … }\n`);
  }
  const rule = new Map<string, unknown>([
    ['id', freeId(`allow-${host}`, ids)],
    ['agents', [agent]],
    ['to', { ...destination(host), ...(port !== 443 && { ports: [port] }) }],
    ...(isTunnel ? [] : narrowing(method, group)),
    ['then', 'permit'],
  ]);
  return `${comments.join('')}${stringify([rule], { lineWidth: 0 }).replaceAll(/^(?=.)/gm, '  ')}`;
}

function destination(host: string): object {
  const literal = host.replaceAll(/[[\]]/g, '');
  const family = isIP(literal);
  return family === 0 ? { hosts: [host] } : { addresses: [`${literal}/${family === 4 ? 32 : 128}`] };
}

/** Paths where each can be written as it is: what was masked, or has two readings, cannot. */
function narrowing(method: string, group: readonly Denied[]): [string, unknown][] {
  const paths = [...new Set(group.flatMap((each) => [...each.paths]))].sort();
  const isWritable = (path: string): boolean => !/[*[\]{}<>]|%5[bd]/i.test(path) && parsePathPattern(path).ok;
  const isWhole = paths.length <= MOST_PATHS && paths.every(isWritable);
  return [['methods', [method]], ...(isWhole ? [['paths', paths] as [string, unknown]] : [])];
}

function freeId(text: string, ids: Set<string>): string {
  const base = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/-$/g, '');
  let id = base;
  for (let number = 2; ids.has(id); number++) id = `${base}-${number}`;
  ids.add(id);
  return id;
}
