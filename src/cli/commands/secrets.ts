import type { Command } from 'commander';
import { openSecrets } from '../../app/loading/open-secrets.ts';
import { localActor } from '../../app/people/local-actor.ts';
import { systemRandom } from '../../app/system.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { Secrets } from '../../core/ports.ts';
import { fail, type Result } from '../../core/result.ts';
import { installationKeys } from '../../app/fleet/installation-keys.ts';
import { secretNameProblem } from '../../store/secrets/secret-name.ts';
import { answer, type CommandContext, give, settingsFor, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { doLocally } from '../local/do-locally.ts';

/** `cordon secrets set|list|remove` */
export function addSecretCommands(program: Command, run: Run): void {
  const secrets = program.command('secrets').description('values of credentials and signing secrets, which nothing shows');
  secrets
    .command('set')
    .description('keeps the value read from stdin; a running gateway takes it within a second')
    .argument('<name>', 'as settings and policy name it')
    .action((name: string) => run((context) => set(context, name)));
  secrets
    .command('list')
    .description('names that have a value')
    .action(() => run(list));
  secrets
    .command('remove')
    .description('forgets a value')
    .argument('<name>', 'as settings and policy name it')
    .action((name: string) => run((context) => remove(context, name)));
}

async function set(context: CommandContext, name: string): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const input = await context.terminal.input();
  if (input === undefined) return give(context, EXIT.usage, `expected the value on stdin: cordon secrets set ${name} < FILE`);
  // The end of the line belongs to the shell, not to the value.
  const value = input.replace(/\r?\n$/, '');
  // Looked at first, so that the record holds no change that could not be.
  const problem = value === '' ? 'expected a value on stdin, found nothing' : secretNameProblem(name);
  if (problem !== undefined) return give(context, EXIT.usage, problem);
  const { settings } = loaded.value;
  const secrets = await secretsOf(context, settings);
  if (!secrets.ok) return give(context, EXIT.usage, secrets.failure);
  const act = () => secrets.value.set(name, value);
  if (!isKeptHere(settings)) return elsewhere(context, await act());
  const stored = await change(settings, name, 'secret.set', act);
  if (!stored.ok) return give(context, EXIT.failed, stored.failure);
  answer(context, { name, state: 'set' }, () => [`set ${name}`]);
  return EXIT.ok;
}

async function list(context: CommandContext): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const secrets = await secretsOf(context, loaded.value.settings);
  if (!secrets.ok) return give(context, EXIT.usage, secrets.failure);
  const names = await secrets.value.list();
  if (!names.ok) return give(context, EXIT.failed, names.failure);
  answer(context, { items: names.value.map((name) => ({ name })) }, () => names.value);
  return EXIT.ok;
}

async function remove(context: CommandContext, name: string): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const { settings } = loaded.value;
  const secrets = await secretsOf(context, settings);
  if (!secrets.ok) return give(context, EXIT.usage, secrets.failure);
  if (!isKeptHere(settings)) return elsewhere(context, await secrets.value.remove(name));
  const names = await secrets.value.list();
  if (!names.ok) return give(context, EXIT.failed, names.failure);
  if (!names.value.includes(name)) return give(context, EXIT.negative, `there is no secret ${name}`);
  const removed = await change(settings, name, 'secret.removed', () => secrets.value.remove(name));
  if (!removed.ok) return give(context, EXIT.failed, removed.failure);
  answer(context, { name, state: 'removed' }, () => [`removed ${name}`]);
  return EXIT.ok;
}

/** Changes a secret, on the record. */
function change<T>(
  settings: Settings,
  name: string,
  action: 'secret.set' | 'secret.removed',
  act: () => Promise<Result<T, string>>,
): Promise<Result<T, string>> {
  return doLocally(settings, { by: localActor(), action, subject: `secret:${name}` }, async () => {
    const done = await act();
    return done.ok ? done : fail({ code: 'store_unavailable', detail: done.failure });
  });
}

function secretsOf({ terminal }: CommandContext, settings: Settings): Promise<Result<Secrets, string>> {
  const keys = installationKeys(settings.data, systemRandom);
  return openSecrets(settings, { keys, random: systemRandom, environment: terminal.env });
}

function isKeptHere({ secrets }: Settings): boolean {
  return secrets.provider === 'file';
}

/** What others keep is changed there, and there is nothing to put on the record. */
function elsewhere<T>(context: CommandContext, refused: Result<T, string>): ExitCode {
  return give(context, EXIT.usage, refused.ok ? 'nothing was changed' : refused.failure);
}
