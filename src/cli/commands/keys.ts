import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { sharedPurposes } from '../../app/fleet/check-keys.ts';
import { installationKeys } from '../../app/fleet/installation-keys.ts';
import { localActor } from '../../app/people/local-actor.ts';
import { systemRandom } from '../../app/system.ts';
import type { Settings } from '../../config/settings-schema.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { keySetText } from '../../store/fleet/key-set.ts';
import { createSharedKeyStore } from '../../store/fleet/shared-key-store.ts';
import { answer, type CommandContext, give, settingsFor, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { doLocally } from '../local/do-locally.ts';
import { openLocalStore } from '../local/local-store.ts';

/** `cordon keys export FILE`, `cordon keys adopt` */
export function addKeyCommands(program: Command, run: Run): void {
  const keys = program.command('keys').description('keys that the replicas of a fleet share');
  keys
    .command('export')
    .description('writes them into a file for data.keys-file of every replica; makes those that are not there yet')
    .argument('<file>', 'not there yet; gets mode 0600')
    .action((file: string) => run((context) => exportKeys(context, file)));
  keys
    .command('adopt')
    .description('keys and CA of the fleet are lost: the next replica that starts says which count')
    .requiredOption('--reason <text>', 'why, for the record')
    .action(({ reason }: { readonly reason: string }) => run((context) => adopt(context, reason)));
}

async function exportKeys(context: CommandContext, file: string): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const { settings } = loaded.value;
  const to = resolve(context.terminal.cwd, file);
  const entry = { by: localActor(), action: 'keys.exported', subject: 'installation' } as const;
  const written = await doLocally(settings, entry, async () => {
    const done = await writeKeySet(settings, to);
    return done.ok ? done : fail({ code: 'store_unavailable', detail: done.failure });
  });
  if (!written.ok) return give(context, EXIT.failed, written.failure);
  answer(context, { file: to, keys: written.value }, () => [
    `${written.value.length} keys in ${to}: ${written.value.join(', ')}`,
    'They open all that the fleet seals: hand the file to replicas as a secret, as data.keys-file, and keep no other copy.',
  ]);
  return EXIT.ok;
}

async function writeKeySet(settings: Settings, file: string): Promise<Result<readonly string[], string>> {
  try {
    const keys = installationKeys(settings.data, systemRandom);
    const purposes = sharedPurposes(settings);
    const set = new Map<string, Uint8Array>();
    for (const purpose of purposes) set.set(purpose, await keys.key(purpose));
    await writeFile(file, keySetText(set), { mode: 0o600, flag: 'wx' });
    return ok(purposes);
  } catch (error) {
    return fail((error as Error).message);
  }
}

async function adopt(context: CommandContext, reason: string): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const { settings } = loaded.value;
  if (settings.store.url === 'sqlite') {
    return give(context, EXIT.usage, 'store.url: Found sqlite, expected PostgreSQL: a file has the keys of its data directory');
  }
  const opened = await openLocalStore(settings);
  if (!opened.ok) return give(context, EXIT.failed, opened.failure);
  await using database = opened.value;
  const entry = { by: localActor(), action: 'keys.adopted', subject: 'fleet', details: { reason } } as const;
  const done = await doLocally(settings, entry, () => createSharedKeyStore(database.db).forget());
  if (!done.ok) return give(context, EXIT.failed, done.failure);
  answer(context, { forgotten: true }, () => [
    'The next replica that starts says which keys and which CA count. What was sealed with others stays sealed.',
  ]);
  return EXIT.ok;
}
