import type { ExplainAnswer } from '../admin/contract.ts';
import type { CredentialUses, Obligation } from '../core/exchange/decision.ts';
import type { ExplainedRule } from '../policy/explain.ts';
import { columns, type Style, type Terminal } from './terminal.ts';

const EFFECT_STYLE: Readonly<Record<'permit' | 'hold' | 'deny', Style>> = { permit: 'green', hold: 'yellow', deny: 'red' };

/** An explanation for a person: what is decided first, then why, then where, then what did not count. */
export function explanationLines(answer: ExplainAnswer, terminal: Terminal): string[] {
  const { decision, notes } = answer;
  const code = decision.code === undefined ? '' : ` ${decision.code}`;
  const winners = answer.rules.filter(({ id }) => decision.rules.some((won) => won === id));
  const others = answer.rules.filter((rule) => !winners.includes(rule));
  return [
    `${terminal.style('bold', terminal.style(EFFECT_STYLE[decision.effect], decision.effect.toUpperCase()))}${code}`,
    indent(decision.reason),
    ...(decision.wouldDeny === undefined
      ? []
      : [indent(`enforced, it would be denied: ${decision.wouldDeny.code}, ${decision.wouldDeny.reason}`)]),
    ...notes.map((note) => indent(terminal.style('yellow', `note: ${note}`))),
    ...heading(
      'Rules that won',
      winners.map((rule) => [rule.id, rule.effect, rule.at]),
      terminal,
    ),
    ...heading('Transfer', transferRows(answer), terminal),
    ...heading('Obligations', decision.obligations.flatMap(obligationRows), terminal),
    ...heading('Found in the content', findingRows(answer), terminal),
    ...heading('TLS toward the origin', tlsRows(answer), terminal),
    ...place(answer, terminal),
    ...heading(
      'Would be dialled',
      decision.dial.map((address) => [address]),
      terminal,
    ),
    ...heading(
      'Other rules',
      others.map((rule) => otherRule(rule, winners.length === 0)),
      terminal,
    ),
  ];
}

/** A mask has a row per strategy. */
function obligationRows(obligation: Obligation): string[][] {
  const from = `from ${obligation.rules.join(', ') || 'every exchange'}`;
  if (obligation.kind === 'record' && obligation.content)
    return [['record content', from, 'what is sent and answered, with pii, secrets and what the rule masks redacted']];
  if (obligation.kind === 'credential')
    return [['credential', from, [obligation.id, ...tokenText(obligation.tokenFrom), ...usesText(obligation.uses)].join(', ')]];
  if (obligation.kind !== 'mask') return [[obligation.kind, from]];
  const { direction, masks } = obligation;
  return masks.map(({ entities, as, in: parts }) => [
    `mask ${direction}`,
    from,
    `${as} in ${parts.join(', ')}: ${entities.join(', ')}`,
  ]);
}

function tokenText(from: string | undefined): string[] {
  return from === undefined ? [] : [`a token from ${from}`];
}

function usesText(uses: CredentialUses | undefined): string[] {
  return uses === undefined ? [] : [`at most ${uses.most} uses in ${uses.every / 1000} s for each ${uses.per}`];
}

/** Counts alone: what was found is nobody's business here. */
function findingRows({ findings }: ExplainAnswer): string[][] {
  if (findings === undefined) return [];
  const rows = Object.entries(findings).map(([entity, count]) => [entity, `${count}`]);
  return rows.length === 0 ? [['nothing that the rules look for']] : rows;
}

function transferRows({ decision: { transfer } }: ExplainAnswer): string[][] {
  if (transfer === undefined) return [];
  const reference = transfer.reference === undefined ? [] : [transfer.reference];
  return [[transfer.basis, ...reference, `by rule ${transfer.rule}`]];
}

function tlsRows({ decision: { tls } }: ExplainAnswer): string[][] {
  if (tls === undefined) return [];
  const from = `stated by ${tls.destinations.join(', ')}`;
  return [
    ...(tls.trust === undefined ? [] : [['trust', tls.trust, from]]),
    ...(tls.clientCertificate === undefined ? [] : [['client certificate', tls.clientCertificate, from]]),
  ];
}

function place({ judgement, addresses }: ExplainAnswer, terminal: Terminal): string[] {
  const { entry, processing, storage } = judgement.places;
  return [
    ...heading(
      'Place',
      [
        ['entry', entry],
        ['processing', processing],
        ['storage', storage],
      ],
      terminal,
    ),
    ...(addresses.length === 0 ? [] : [indent(`judged for ${addresses.join(', ')}`)]),
    ...heading(
      'Evidence, strongest first',
      judgement.evidence.map((line) => [line]),
      terminal,
    ),
    ...heading(
      'Contradictions',
      judgement.contradictions.map((line) => [line]),
      terminal,
    ),
  ];
}

function otherRule({ id, effect, verdict, counts, because, at }: ExplainedRule, nothingWon: boolean): string[] {
  const verdicts = {
    matched: nothingWon ? 'matches; what stands below the rules denies all the same' : 'matches, but others won',
    not: 'does not match',
    unknown: counts ? 'not certain, so it counts' : 'not certain, so it does not count',
  };
  return [id, effect, at, because === undefined ? verdicts[verdict] : `${verdicts[verdict]}: ${because}`];
}

/** A section; nothing at all when it has no rows. */
function heading(title: string, rows: readonly (readonly string[])[], terminal: Terminal): string[] {
  return rows.length === 0 ? [] : ['', terminal.style('bold', title), ...columns(rows).map(indent)];
}

const indent = (line: string): string => `  ${line}`;
