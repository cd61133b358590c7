import { systemClock } from '../../app/system.ts';
import type { Settings } from '../../config/settings-schema.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import { askGateway, type Asked } from '../environment/ask-gateway.ts';
import { localIndex } from '../local/local-index.ts';
import { deniedOf, type Denied, isIndexed } from './denied.ts';
import { narrowestRules, type RulesFor } from './narrowest-rules.ts';

export interface ReportOf {
  readonly settings: Settings;
  /** The gateway, asked as the command was. */
  readonly gateway: Asked;
  /** When the command was started. */
  readonly since: Instant;
  readonly rulesFor: RulesFor;
}

/** The folding of identical denials begins here; further ones of a minute are counts in the record alone. */
const FOLDED_FROM = 10;

/**
 * What was denied to a command that has ended, and what would have permitted it: lines of a policy file.
 * @failure a sentence
 */
export async function reportDenied({ settings, gateway, since, rulesFor }: ReportOf): Promise<Result<string, string>> {
  // Its own exchange is the last one: when the index has that, it has what came before.
  const askedAt = systemClock.now();
  const asked = await askGateway(gateway, 'whoami');
  if (!asked.ok) return asked;
  const session = sessionIn(asked.value.content);
  if (session === undefined) return fail(`the gateway does not know the agent any more (${asked.value.status})`);
  const opened = await localIndex(settings);
  if (!opened.ok) return opened;
  await using index = opened.value;
  const isWhole = await isIndexed(index.index, { session, since: askedAt });
  const denied = await deniedOf(index.index, { session, since });
  if (!denied.ok) return fail(denied.failure.detail);
  return ok([...heading(denied.value, isWhole), narrowestRules(denied.value, rulesFor)].join('\n').trimEnd());
}

function heading(denied: readonly Denied[], isWhole: boolean): readonly string[] {
  const lines = [
    denied.length === 0 ? '# Nothing was denied.' : '# Denied while it ran, and the least that would have permitted it.',
  ];
  if (!isWhole) lines.push('# The index is behind: cordon sessions list has the rest in a moment.');
  if (denied.some(({ count }) => count >= FOLDED_FROM))
    lines.push('# Of ten and more alike in a minute the record has counts.');
  return lines;
}

function sessionIn(content: string): string | undefined {
  try {
    const { session } = JSON.parse(content) as { readonly session?: unknown };
    return typeof session === 'string' ? session : undefined;
  } catch {
    return undefined;
  }
}
