import { exchangeSummary, sessionItem } from '../../admin/contract/exchange-items.ts';
import type { ExchangeIndex, IndexedExchange } from '../../core/exchange/exchange-index.ts';
import type { Failure } from '../../core/codes.ts';
import type { ListCursor } from '../../core/page.ts';
import { ok, type Result } from '../../core/result.ts';
import { answer, type CommandContext, give, settingsFor } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { localIndex } from '../local/local-index.ts';
import { shownText } from '../shown-text.ts';
import { parseLimit } from './parse-limit.ts';
import { exchangeRows, sessionRows } from './session-rows.ts';

/** `cordon sessions show` */
export async function showSession(
  context: CommandContext,
  id: string,
  { limit }: { readonly limit: string },
): Promise<ExitCode> {
  const most = parseLimit(limit);
  if (!most.ok) return give(context, EXIT.usage, most.failure);
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const opened = await localIndex(loaded.value.settings);
  if (!opened.ok) return give(context, EXIT.failed, opened.failure);
  await using index = opened.value;
  const session = await index.index.session(id);
  if (!session.ok) return give(context, EXIT.failed, session.failure.detail);
  if (session.value === undefined) {
    return give(context, EXIT.negative, `Found no session "${shownText(id)}": cordon sessions list shows those there are`);
  }
  const newest = await newestOf(index.index, id, most.value);
  if (!newest.ok) return give(context, EXIT.failed, newest.failure.detail);
  const item = sessionItem(session.value);
  const exchanges = newest.value.items.toReversed().map(exchangeSummary);
  answer(context, { ...item, exchanges }, () => [...sessionRows([item]), '', ...exchangeRows(exchanges)]);
  if (newest.value.hasMore) context.terminal.err(`cordon: only the newest ${limit} exchanges are shown: --limit`);
  return EXIT.ok;
}

/** Page after page, until so many are there. */
async function newestOf(
  index: ExchangeIndex,
  session: string,
  most: number,
): Promise<Result<{ readonly items: readonly IndexedExchange[]; readonly hasMore: boolean }, Failure>> {
  const items: IndexedExchange[] = [];
  let after: ListCursor | undefined;
  do {
    const limit = most - items.length;
    const page = await index.list({ session, limit, ...(after !== undefined && { after }) });
    if (!page.ok) return page;
    items.push(...page.value.items);
    after = page.value.next;
  } while (after !== undefined && items.length < most);
  return ok({ items, hasMore: after !== undefined });
}
