import type { Command } from 'commander';
import { systemClock } from '../../app/system.ts';
import { type Milliseconds, parseDuration } from '../../core/units.ts';
import type { AdminApi } from '../api/admin-api.ts';
import { type ApiOptions, asksApi, giveUp, openApi } from '../api/open-api.ts';
import { type CommandContext, give, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { shownJson } from '../shown-text.ts';
import { interruption } from '../watch/interruption.ts';
import { followReadings } from './follow-readings.ts';
import type { Reading } from './reading.ts';
import { topView } from './top-view.ts';

interface TopOptions extends ApiOptions {
  readonly every: string;
  readonly once?: true;
}

/** Each reading is seven requests, and the API takes 20/s of one credential. */
const SHORTEST: Milliseconds = 1000;

/** `cordon top` */
export function addTopCommand(program: Command, run: Run): void {
  asksApi(program.command('top').description('what happens now in a running gateway; on a terminal until q or Ctrl-C'))
    .option('--every <duration>', 'how often it is asked, at least 1s', '2s')
    .option('--once', 'shows it once and ends')
    .action((options: TopOptions) => run((context) => top(context, options)));
}

async function top(context: CommandContext, options: TopOptions): Promise<ExitCode> {
  const every = parseDuration(options.every);
  if (!every.ok) return give(context, EXIT.usage, `--every: ${every.failure}`);
  if (every.value < SHORTEST) return give(context, EXIT.usage, `--every: Found "${options.every}", expected 1s or more`);
  const api = openApi(context, options);
  if (!api.ok) return api.failure;
  using interrupted = interruption();
  const following = { every: every.value, signal: interrupted.signal, once: options.once === true };
  if (context.terminal.isInteractive !== true || context.options.json === true || following.once) {
    return await topLines(context, api.value, following);
  }
  const { topOnScreen } = await import('./top-on-screen.ts');
  const failure = await topOnScreen(api.value, following, context.terminal);
  return failure === undefined ? EXIT.ok : giveUp(context, failure);
}

/** A frame after the other, or an object a line. */
async function topLines(
  context: CommandContext,
  api: AdminApi,
  { once, ...following }: { readonly every: Milliseconds; readonly signal: AbortSignal; readonly once: boolean },
): Promise<ExitCode> {
  const readings = followReadings(api, following);
  let isGone = false;
  for (;;) {
    const next = await readings.next();
    if (next.done === true) return next.value === undefined ? EXIT.ok : giveUp(context, next.value);
    if (next.value !== 'gone') {
      await context.terminal.write(printed(next.value, context, api));
      if (once) return EXIT.ok;
    } else if (!isGone) context.terminal.err(`cordon: the gateway at ${api.base.origin} does not answer; asking again`);
    isGone = next.value === 'gone';
  }
}

function printed(reading: Reading, { terminal, options }: CommandContext, api: AdminApi): string {
  if (options.json === true) return `${shownJson({ gateway: api.base.origin, ...reading })}\n`;
  const whole = { width: Number.MAX_SAFE_INTEGER, height: Number.MAX_SAFE_INTEGER };
  const frame = { ...whole, now: systemClock.now(), origin: api.base.origin, terminal };
  return `${topView(reading, frame).join('\n')}\n\n`;
}
