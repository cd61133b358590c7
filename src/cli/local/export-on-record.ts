import { localActor } from '../../app/people/local-actor.ts';
import { openRecord } from '../../app/records/open-record.ts';
import { systemClock, systemRandom } from '../../app/system.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { AdminEvent } from '../../core/exchange/record.ts';
import { adminEvent } from '../../core/people/admin-entry.ts';
import { emptyTally, exportCounts, type ExportTally } from '../../recording/export/export-text.ts';
import { type CommandContext, give } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';

/**
 * Exports once that is on the record, and not at all where it cannot be put there. When it is over it is recorded how much it
 * was: an export without that has not come to its end.
 */
export async function exportOnRecord(
  context: CommandContext,
  settings: Settings,
  details: NonNullable<AdminEvent['details']>,
  write: (tally: ExportTally) => Promise<ExitCode>,
): Promise<ExitCode> {
  const opened = await openRecord(settings, { clock: systemClock, random: systemRandom, onError: () => {} });
  if (!opened.ok) return give(context, EXIT.failed, opened.failure.detail);
  await using journal = opened.value;
  const record = (action: 'records.exported' | 'records.export-ended', more: AdminEvent['details'] = {}) =>
    journal.append(adminEvent({ by: localActor(), action, details: { ...details, ...more } }));
  const begun = await record('records.exported');
  if (!begun.ok) return give(context, EXIT.failed, begun.failure.detail);
  const tally = emptyTally();
  const code = await write(tally);
  const ended = await record('records.export-ended', exportCounts(tally));
  return ended.ok ? code : give(context, EXIT.failed, ended.failure.detail);
}
