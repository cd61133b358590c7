import { sessionItem } from '../../admin/contract/exchange-items.ts';
import { answer, type CommandContext, give, settingsFor } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { localIndex } from '../local/local-index.ts';
import { parseLimit } from './parse-limit.ts';
import { sessionRows } from './session-rows.ts';

export interface ListOptions {
  readonly subject?: string;
  readonly limit: string;
}

/** `cordon sessions list` */
export async function listSessions(context: CommandContext, { subject, limit }: ListOptions): Promise<ExitCode> {
  const most = parseLimit(limit);
  if (!most.ok) return give(context, EXIT.usage, most.failure);
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const opened = await localIndex(loaded.value.settings);
  if (!opened.ok) return give(context, EXIT.failed, opened.failure);
  await using index = opened.value;
  const listed = await index.index.sessions({ limit: most.value, ...(subject !== undefined && { subject }) });
  if (!listed.ok) return give(context, EXIT.failed, listed.failure.detail);
  const items = listed.value.items.map(sessionItem);
  answer(context, { items }, () => sessionRows(items));
  if (listed.value.next !== undefined) context.terminal.err(`cordon: there are more than ${limit} sessions: --limit`);
  return EXIT.ok;
}
