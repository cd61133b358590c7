import type { Verdict } from '../../policy/simulation/verdict.ts';

/** A verdict in a few words: `permit by llm-in-eu`, `deny no_rule`, `hold by ask (mask)`. */
export function verdictText({ effect, code, rules, obligations }: Verdict): string {
  const by = rules.length === 0 ? '' : ` by ${rules.join(', ')}`;
  const required = obligations.length === 0 ? '' : ` (${obligations.join(', ')})`;
  return `${effect}${code === undefined ? '' : ` ${code}`}${by}${required}`;
}
