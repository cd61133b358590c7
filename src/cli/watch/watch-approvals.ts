import { systemClock } from '../../app/system.ts';
import { type Milliseconds, parseDuration } from '../../core/units.ts';
import type { AdminApi } from '../api/admin-api.ts';
import { type ApiOptions, giveUp, openApi } from '../api/open-api.ts';
import { type CommandContext, give } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { shownJson } from '../shown-text.ts';
import { changeLine } from './change-line.ts';
import { followChanges } from './follow-changes.ts';
import { interruption } from './interruption.ts';
import { WaitingList } from './waiting-list.ts';

export interface WatchOptions extends ApiOptions {
  readonly patience: string;
}

/** `cordon approvals watch`: on a terminal a list to decide in, else a line per change. Ctrl-C ends it, with 0. */
export async function watchApprovals(context: CommandContext, options: WatchOptions): Promise<ExitCode> {
  const patience = parseDuration(options.patience);
  if (!patience.ok) return give(context, EXIT.usage, `--patience: ${patience.failure}`);
  const api = openApi(context, options);
  if (!api.ok) return api.failure;
  using interrupted = interruption();
  const { signal } = interrupted;
  if (context.terminal.isInteractive !== true || context.options.json === true) {
    return await watchLines(context, api.value, { patience: patience.value, signal });
  }
  const { watchOnScreen } = await import('./watch-on-screen.ts');
  const failure = await watchOnScreen(api.value, { patience: patience.value, signal });
  return failure === undefined ? EXIT.ok : giveUp(context, failure);
}

async function watchLines(
  context: CommandContext,
  api: AdminApi,
  following: { readonly patience: Milliseconds; readonly signal: AbortSignal },
): Promise<ExitCode> {
  const { terminal, options } = context;
  const waiting = new WaitingList();
  const signs = followChanges(api, following);
  for (;;) {
    const sign = await signs.next();
    if (sign.done === true) return sign.value === undefined ? EXIT.ok : giveUp(context, sign.value);
    if (sign.value === 'gone') {
      terminal.err(`cordon: the gateway at ${api.base.origin} does not answer; asking again`);
      continue;
    }
    const changes = await waiting.refresh(api);
    if (following.signal.aborted) return EXIT.ok;
    if (changes.ok) {
      for (const change of changes.value) {
        terminal.out(options.json === true ? shownJson(change) : changeLine(change, systemClock.now()));
      }
    } else if (changes.failure.isPassing === undefined) return giveUp(context, changes.failure);
  }
}
