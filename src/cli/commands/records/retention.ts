import type { Command } from 'commander';
import { localActor } from '../../../app/people/local-actor.ts';
import { openRecord, recordingsDirectory } from '../../../app/records/open-record.ts';
import { removeExpired } from '../../../app/records/record-retention.ts';
import { systemClock, systemRandom } from '../../../app/system.ts';
import { answer, type CommandContext, give, settingsFor, type Run } from '../../context.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';

/** `cordon retention run` */
export function addRetentionCommands(program: Command, run: Run): void {
  program
    .command('retention')
    .description('how long records are kept')
    .command('run')
    .description('removes the records that are past recordings.retention, as a running gateway does every hour')
    .action(() => run(removeNow));
}

async function removeNow(context: CommandContext): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const { settings } = loaded.value;
  const opened = await openRecord(settings, { clock: systemClock, random: systemRandom, onError: () => {} });
  if (!opened.ok) return give(context, EXIT.failed, opened.failure.detail);
  await using journal = opened.value;
  const { retention } = settings.recordings;
  const parts = { directory: recordingsDirectory(settings), retention, clock: systemClock, journal, actor: localActor() };
  const removed = await removeExpired(parts).catch((error: unknown) => String(error));
  if (typeof removed === 'string') return give(context, EXIT.failed, removed);
  if (!removed.ok) return give(context, EXIT.failed, removed.failure.detail);
  answer(context, removed.value, () =>
    removed.value.length === 0
      ? ['nothing is past its retention']
      : removed.value.map(({ writer, segments }) => `${writer}: removed segments ${segments.join(', ')}`),
  );
  const kept = removed.value.flatMap((each) => each.kept);
  return kept.length === 0
    ? EXIT.ok
    : give(context, EXIT.negative, ...kept.map((problem) => `kept, since it is broken: ${problem}`));
}
