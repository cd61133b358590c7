import type { Command } from 'commander';
import { localActor } from '../../../app/people/local-actor.ts';
import { holdText } from '../../../app/records/legal-holds.ts';
import { retentionParts } from '../../../app/records/retention-of.ts';
import { type RetentionResult, runRetention } from '../../../app/records/record-retention.ts';
import type { RemovedRecords } from '../../../app/records/plan-writer.ts';
import { type HeldContent, shredContent } from '../../../app/records/shred-content.ts';
import { systemClock } from '../../../app/system.ts';
import type { Failure } from '../../../core/codes.ts';
import { createContentKeyRepository } from '../../../store/records/content-key-repository.ts';
import { createLegalHoldRepository } from '../../../store/records/legal-hold-repository.ts';
import { answer, type CommandContext, give, type Run } from '../../context.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { type LocalRecord, withLocalRecord } from '../../records/with-local-record.ts';
import { shownText } from '../../shown-text.ts';

interface ShredOptions {
  readonly session?: string;
  readonly subject?: string;
  readonly reason: string;
}

/** `cordon retention run|shred` */
export function addRetentionCommands(program: Command, run: Run): void {
  const retention = program.command('retention').description('how long records are kept');
  retention
    .command('run')
    .description('removes the records that are past recordings.retention, as a running gateway does every hour')
    .option('--dry-run', 'removes nothing, and says what would be removed and what is held')
    .action(({ dryRun = false }: { dryRun?: boolean }) =>
      run((context) => withLocalRecord(context, (local) => removeNow(context, local, dryRun))),
    );
  retention
    .command('shred')
    .description('destroys the keys of recorded content, in erasure: nobody can read it any more, in any copy of the record')
    .option('--session <id>', 'of this session')
    .option('--subject <agent>', 'of all sessions of this agent')
    .requiredOption('--reason <text>', 'why; it is on the record')
    .action((options: ShredOptions) => run((context) => shred(context, options)));
}

async function removeNow(
  context: CommandContext,
  { settings, database, journal }: LocalRecord,
  isTrial: boolean,
): Promise<ExitCode> {
  const parts = await retentionParts(settings, database, { clock: systemClock, journal, actor: localActor() });
  if (!parts.ok) return give(context, EXIT.failed, parts.failure);
  const done = await runRetention({ ...parts.value, isTrial }).catch((error: unknown) => String(error));
  if (typeof done === 'string') return give(context, EXIT.failed, done);
  if (!done.ok) return give(context, EXIT.failed, done.failure.detail);
  const { records } = done.value;
  answer(context, done.value, () => lines(done.value, isTrial));
  const kept = records.flatMap((each) => each.kept);
  if (kept.length === 0) return EXIT.ok;
  return give(context, EXIT.negative, ...kept.map((problem) => `kept, since it is broken: ${problem}`));
}

function lines({ records, content }: RetentionResult, isTrial: boolean): string[] {
  const verb = isTrial ? 'would remove' : 'removed';
  const shredded =
    content.keys === 0 ? [] : [`content: ${isTrial ? 'would shred' : 'shredded'} that of ${content.sessions.length} sessions`];
  const held = content.held === 0 ? [] : [`content: ${content.held} keys stay under legal hold`];
  const all = [...shredded, ...held, ...records.flatMap((each) => writerLines(each, verb))];
  return all.length === 0 ? ['nothing is past its retention'] : all;
}

function writerLines({ writer, segments, thinned, held }: RemovedRecords, verb: string): string[] {
  return [
    ...(segments.length === 0 ? [] : [`${writer}: ${verb} segments ${segments.join(', ')}`]),
    ...thinned.map(
      ({ segment, blocks, records }) =>
        `${writer}: ${verb} ${records} records in ${blocks.length} blocks of segment ${segment}`,
    ),
    ...held.map(({ segment, holds }) => `${writer}: segment ${segment} has records under legal hold ${holds.join(', ')}`),
  ];
}

async function shred(context: CommandContext, { session, subject, reason }: ShredOptions): Promise<ExitCode> {
  if ((session === undefined) === (subject === undefined))
    return give(context, EXIT.usage, 'expected either --session or --subject, and not both');
  if (reason.trim() === '') return give(context, EXIT.usage, '--reason: found nothing, expected why');
  const of = session === undefined ? { subject: subject! } : { session };
  return await withLocalRecord(context, async ({ database: { db }, record }) => {
    const holds = await createLegalHoldRepository(db).list();
    if (!holds.ok) return give(context, EXIT.failed, holds.failure.detail);
    const parts = { keys: createContentKeyRepository(db), holds: holds.value, record, by: localActor() };
    const done = await shredContent(of, reason, parts);
    if (!done.ok) return refuseShredding(context, done.failure);
    const { keys, sessions } = done.value;
    if (keys === 0) return give(context, EXIT.negative, `found no content that could be read of ${session ?? subject}`);
    answer(context, done.value, () => [
      `shredded the content of ${sessions.length} sessions; a running gateway may seal under a key of them for a minute more`,
    ]);
    return EXIT.ok;
  });
}

function refuseShredding(context: CommandContext, failure: HeldContent | Failure): ExitCode {
  if (!('hold' in failure)) return give(context, EXIT.failed, failure.detail);
  const { hold, session } = failure;
  const about = `legal hold ${hold.id} (${shownText(holdText(hold))}) by ${shownText(hold.by)}: ${shownText(hold.reason)}`;
  return give(context, EXIT.negative, `nothing was shredded: session ${session} is under ${about}`);
}
