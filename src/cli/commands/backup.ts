import { resolve } from 'node:path';
import type { Command } from 'commander';
import { makeBackup } from '../../app/backup/make-backup.ts';
import { restoreBackup } from '../../app/backup/restore-backup.ts';
import { localActor } from '../../app/people/local-actor.ts';
import { systemClock } from '../../app/system.ts';
import { fail } from '../../core/result.ts';
import { answer, type CommandContext, give, settingsFor, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { doLocally } from '../local/do-locally.ts';

interface BackupOptions {
  readonly withoutStore?: boolean;
}

/** `cordon backup DIR`, `cordon restore DIR` */
export function addBackupCommands(program: Command, run: Run): void {
  program
    .command('backup')
    .description('store, keys, CA, secrets and checkpoints into a directory of its own; a gateway may be running')
    .argument('<dir>', 'empty, or not there yet')
    .option('--without-store', 'the store is in PostgreSQL, which pg_dump backs up')
    .action((directory: string, options: BackupOptions) => run((context) => backUp(context, directory, options)));
  program
    .command('restore')
    .description('an installation as it was when the backup was made, where there is none')
    .argument('<dir>', 'as `backup` made it')
    .action((directory: string) => run((context) => restore(context, directory)));
}

async function backUp(context: CommandContext, directory: string, { withoutStore }: BackupOptions): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const { settings } = loaded.value;
  const isElsewhere = settings.store.url !== 'sqlite';
  if (isElsewhere && withoutStore !== true) {
    return give(
      context,
      EXIT.usage,
      'the store is in PostgreSQL: back it up with pg_dump, and say --without-store here for the rest',
    );
  }
  if (!isElsewhere && withoutStore === true) {
    return give(context, EXIT.usage, '--without-store: the store is a file in the data directory, and part of a backup');
  }
  const to = resolve(context.terminal.cwd, directory);
  const entry = { by: localActor(), action: 'backup.made', subject: 'installation' } as const;
  const made = await doLocally(settings, entry, async () => {
    const done = await makeBackup(settings, to, systemClock);
    return done.ok ? done : fail({ code: 'store_unavailable', detail: done.failure });
  });
  if (!made.ok) return give(context, EXIT.failed, made.failure);
  answer(context, made.value, () => [
    `${made.value.files.length} files in ${directory}; it opens all that was sealed here: keep it as you keep the keys`,
    'Records are not in it: copy data/recordings, which is sealed and may be copied while it is written.',
  ]);
  return EXIT.ok;
}

async function restore(context: CommandContext, directory: string): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const { settings } = loaded.value;
  const restored = await restoreBackup(resolve(context.terminal.cwd, directory), settings);
  if (!restored.ok) return give(context, EXIT.usage, restored.failure);
  const { createdAt, files } = restored.value;
  // With the keys of the backup: there was nothing to record with before.
  const entry = { by: localActor(), action: 'backup.restored', subject: 'installation', details: { createdAt } } as const;
  const recorded = await doLocally(settings, entry, () => Promise.resolve({ ok: true, value: undefined }));
  if (!recorded.ok) return give(context, EXIT.failed, recorded.failure);
  answer(context, restored.value, () => [
    `${files.length} files of ${createdAt} are back`,
    'What was revoked, stopped or shredded since then is not: do it again. cordon index rebuild makes the index from the records.',
  ]);
  return EXIT.ok;
}
