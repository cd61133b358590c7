import type { Command } from 'commander';
import { timeOrderedIds } from '../../../app/system.ts';
import { localActor } from '../../../app/people/local-actor.ts';
import { addLegalHold, type AskedHold, holdScope, holdText, removeLegalHold } from '../../../app/records/legal-holds.ts';
import { systemClock, systemRandom } from '../../../app/system.ts';
import { createLegalHoldRepository } from '../../../store/records/legal-hold-repository.ts';
import { answer, type CommandContext, give, type Run } from '../../context.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { type LocalRecord, withLocalRecord } from '../../records/with-local-record.ts';
import { shownText } from '../../shown-text.ts';

interface AddOptions extends AskedHold {
  readonly reason: string;
}

/** `cordon legal-hold add|remove|list` */
export function addLegalHoldCommands(program: Command, run: Run): void {
  const holds = program.command('legal-hold').description('records that are kept whatever the retention says');
  holds
    .command('add')
    .description('keeps what fits all that is given: retention neither removes nor shreds it')
    .option('--subject <agent>', 'records of this agent')
    .option('--session <id>', 'records of this session')
    .option('--home <home>', 'records of the agents at home there, as the policy names it: eu, DE')
    .option('--since <time>', 'what was recorded from this date or instant on (RFC 3339)')
    .option('--until <time>', 'what was recorded before')
    .requiredOption('--reason <text>', 'why; it is on the record')
    .action((options: AddOptions) => run((context) => add(context, options)));
  holds
    .command('remove')
    .description('ends a legal hold')
    .argument('<id>', 'as `list` shows it')
    .requiredOption('--reason <text>', 'why; it is on the record')
    .action((id: string, { reason }: { reason: string }) =>
      run((context) => withLocalRecord(context, (local) => remove(context, local, id, reason))),
    );
  holds
    .command('list')
    .description('legal holds, in the order in which they were made')
    .action(() => run((context) => withLocalRecord(context, (local) => list(context, local))));
}

async function add(context: CommandContext, { reason, ...asked }: AddOptions): Promise<ExitCode> {
  const { subject, session, home, since, until } = asked;
  const scope = holdScope({ subject, session, home, since, until });
  if (!scope.ok) return give(context, EXIT.usage, scope.failure);
  if (reason.trim() === '') return give(context, EXIT.usage, '--reason: found nothing, expected why');
  return await withLocalRecord(context, async (local) => {
    const newId = timeOrderedIds(systemClock, systemRandom);
    const added = await addLegalHold(scope.value, reason, { ...partsOf(local), clock: systemClock, newId });
    if (!added.ok) return give(context, EXIT.failed, added.failure.detail);
    answer(context, added.value, () => [`added ${added.value.id}: ${shownText(holdText(added.value))}`]);
    return EXIT.ok;
  });
}

async function remove(context: CommandContext, local: LocalRecord, id: string, reason: string): Promise<ExitCode> {
  if (reason.trim() === '') return give(context, EXIT.usage, '--reason: found nothing, expected why');
  const removed = await removeLegalHold(id, reason, partsOf(local));
  if (!removed.ok) return give(context, EXIT.failed, removed.failure.detail);
  if (!removed.value) return give(context, EXIT.negative, `there is no legal hold ${id}`);
  answer(context, { id, state: 'removed' }, () => [`removed ${id}`]);
  return EXIT.ok;
}

async function list(context: CommandContext, { database }: LocalRecord): Promise<ExitCode> {
  const holds = await createLegalHoldRepository(database.db).list();
  if (!holds.ok) return give(context, EXIT.failed, holds.failure.detail);
  answer(context, { items: holds.value }, () =>
    holds.value.map((hold) =>
      shownText(`${hold.id}  ${new Date(hold.createdAt).toISOString()}  ${holdText(hold)}  (${hold.by}: ${hold.reason})`),
    ),
  );
  return EXIT.ok;
}

function partsOf({ database, record }: LocalRecord) {
  return { holds: createLegalHoldRepository(database.db), record, by: localActor() };
}
