import type { Settings } from '../config/settings-schema.ts';
import type { Milliseconds } from '../core/units.ts';
import { openLog } from '../telemetry/log.ts';
import { banner } from './banner.ts';
import { openGateway } from './gateway.ts';
import { firstTokenFile, keepFirstToken } from './people/first-token.ts';
import { systemClock, systemRandom } from './system.ts';
import { watchClock } from './time/clock-watch.ts';

/** How long what runs may take to finish after SIGTERM. */
const DRAIN_DEADLINE: Milliseconds = 10_000;

export interface RunOptions {
  readonly settings: Settings;
  readonly observe: boolean;
  /** Variables of the process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs the gateway until SIGTERM or SIGINT; a second signal ends it at once.
 *
 * @returns 0 after a clean stop, 2 when it could not start as configured
 */
export async function runGateway({ settings, observe, environment }: RunOptions): Promise<number> {
  const log = openLog({ level: settings.log.level, to: 'stderr' });
  const { directory } = settings.data;
  const first: string[] = [];
  const onFirstToken = async (text: string): Promise<void> => {
    // On a terminal alone: what goes into a pipe ends up in the log of somebody else.
    if (!process.stdout.isTTY) await keepFirstToken(directory, text);
    first.push(...firstTokenLines(process.stdout.isTTY ? text : `in ${firstTokenFile(directory)}`));
  };
  const parts = { clock: systemClock, random: systemRandom, log, environment };
  const opened = await openGateway({ settings, observe, ...parts, onFirstToken });
  if (!opened.ok) {
    for (const problem of opened.failure) process.stderr.write(`cordon: ${problem}\n`);
    return 2;
  }
  await using gateway = opened.value;
  using _clock = watchClock(systemClock, log);
  process.stdout.write(`${[...banner(gateway, settings), ...first].join('\n')}\n`);
  const signal = await stopSignal();
  log.info({ signal }, 'Stopping: no new connections, running exchanges may finish');
  await gateway.drain(DRAIN_DEADLINE);
  log.flush();
  return 0;
}

function firstTokenLines(tokenOrFile: string): string[] {
  return ['', `First start: the admin token ${tokenOrFile} opens one console session or mints one token, within the hour.`];
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve(signal);
        process.once(signal, () => process.exit(1));
      });
    }
  });
}
