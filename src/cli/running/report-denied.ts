import type { Settings } from '../../config/settings-schema.ts';
import type { Record as RecordOf } from '../../core/exchange/record.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import { suggestedPolicy } from '../../policy/suggestion/suggested-policy.ts';
import { askGateway, type Asked } from '../environment/ask-gateway.ts';
import { readSeen } from '../records/read-seen.ts';

export interface ReportOf {
  readonly settings: Settings;
  /** The gateway, asked as the command was. */
  readonly gateway: Asked;
  /** When the command was started. */
  readonly since: Instant;
  /** Ids that the policy has already. */
  readonly taken: ReadonlySet<string>;
}

/** The folding of identical denials begins here; further ones of a minute are counts in the record, of no session. */
const FOLDED_FROM = 10;

/**
 * What was denied to a command that has ended, and what would have permitted it: lines of a policy file.
 * @failure a sentence
 */
export async function reportDenied({ settings, gateway, since, taken }: ReportOf): Promise<Result<string, string>> {
  // Its own exchange is the last one: once that is answered, what came before is on the record.
  const asked = await askGateway(gateway, 'whoami');
  if (!asked.ok) return asked;
  const session = sessionIn(asked.value.content);
  if (session === undefined) return fail(`the gateway does not know the agent any more (${asked.value.status})`);
  const seen = await readSeen(settings, since, (record) => isOf(session, record));
  if (!seen.ok) return seen;
  const denied = seen.value.destinations();
  if (denied.length === 0) return ok('# Nothing was denied.');
  const { yaml } = suggestedPolicy(denied, { of: 'what was denied while it ran', taken, omitted: seen.value.omitted });
  const isFolded = denied.some(({ count }) => count >= FOLDED_FROM);
  return ok(`${isFolded ? '# Of ten and more alike in a minute the record has counts.\n' : ''}${yaml.trimEnd()}`);
}

/** Outcomes name no session; those of others find no decision here. */
function isOf(session: string, record: RecordOf): boolean {
  return record.kind === 'outcome' || (record.kind === 'decision' && record.session === session);
}

function sessionIn(content: string): string | undefined {
  try {
    const { session } = JSON.parse(content) as { readonly session?: unknown };
    return typeof session === 'string' ? session : undefined;
  } catch {
    return undefined;
  }
}
