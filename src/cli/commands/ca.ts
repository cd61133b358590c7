import type { Command } from 'commander';
import { openIssuingCa, type IssuingCa } from '../../tls/issuing-ca.ts';
import type { Settings } from '../../config/settings-schema.ts';
import { fail, type Result } from '../../core/result.ts';
import { parseDuration } from '../../core/units.ts';
import { localActor } from '../../app/people/local-actor.ts';
import { beginRotation } from '../../tls/ca-rotation.ts';
import { trustFiles } from '../environment/trust-files.ts';
import { doLocally } from '../local/do-locally.ts';
import { answer, type CommandContext, give, settingsFor, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { systemClock, systemRandom } from '../../app/system.ts';

interface RotateOptions {
  readonly overlap: string;
}

/** `cordon ca show`, `cordon ca rotate` */
export function addCaCommands(program: Command, run: Run): void {
  const ca = program.command('ca').description('the interception CA');
  ca.command('show')
    .description('certificate, fingerprint and end of the interception CA; makes it when there is none yet')
    .action(() => run(showCa));
  ca.command('rotate')
    .description('a new interception CA, which agents are told to trust at once and which issues after the overlap')
    .option('--overlap <duration>', 'how long the old one still issues, so that agents get to know the new one', '7d')
    .action((options: RotateOptions) => run((context) => rotateCa(context, options)));
}

/** The CA that the settings name, or the installation's own. */
export function openCa(settings: Settings): Promise<Result<IssuingCa, string>> {
  const { data, tls } = settings;
  const own = { directory: data.directory, clock: systemClock, random: systemRandom };
  return openIssuingCa({ ...own, ...(tls.ca !== undefined && { settings: tls.ca }) });
}

async function showCa(context: CommandContext): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const ca = await openCa(loaded.value.settings);
  if (!ca.ok) return give(context, EXIT.failed, ca.failure);
  const { certificateFile, certificatePem, fingerprint, notAfter } = ca.value;
  const until = new Date(notAfter).toISOString();
  answer(context, { file: certificateFile, fingerprint, notAfter: until, certificate: certificatePem }, () => [
    `file         ${certificateFile}`,
    `fingerprint  ${fingerprint}`,
    `valid until  ${until}`,
    '',
    certificatePem.trimEnd(),
  ]);
  return EXIT.ok;
}

async function rotateCa(context: CommandContext, { overlap }: RotateOptions): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const { settings } = loaded.value;
  const lasts = parseDuration(overlap);
  if (!lasts.ok) return give(context, EXIT.usage, `--overlap: ${lasts.failure}`);
  const theirs = notOurs(settings);
  if (theirs !== undefined) return give(context, EXIT.usage, theirs);
  const from = systemClock.now() + lasts.value;
  const details = { from: new Date(from).toISOString() };
  const entry = { by: localActor(), action: 'ca.rotated', subject: 'interception-ca', details } as const;
  const begun = await doLocally(settings, entry, async () => {
    const done = await beginRotation(settings.data.directory, from, { clock: systemClock, random: systemRandom });
    return done.ok ? done : fail({ code: 'store_unavailable', detail: done.failure });
  });
  if (!begun.ok) return give(context, EXIT.failed, begun.failure);
  const ca = await openCa(settings);
  const trust = ca.ok ? await trustFiles(ca.value, settings.data.directory) : ca;
  if (!trust.ok) return give(context, EXIT.failed, trust.failure);
  const { fingerprint } = begun.value;
  answer(context, { fingerprint, ...details, ...trust.value }, () => [
    `new CA       ${fingerprint}`,
    `issues from  ${details.from}`,
    '',
    `Until then agents have to trust both: ${trust.value.ca} has them, and so have ${trust.value.bundle} and ${trust.value.javaTrustStore}.`,
    'Programs that run read these files when they start; other machines get http://cordon.internal/ca.pem through the proxy.',
  ]);
  return EXIT.ok;
}

/** Why the CA is not the installation's own to change. */
function notOurs({ tls, store }: Settings): string | undefined {
  if (tls.ca !== undefined)
    return `tls.ca: Found ${tls.ca.certificate}, which is yours: put the new certificate behind the old one there, as docs/operations.md says under "A fleet"`;
  if (store.url !== 'sqlite')
    return 'store.url: Found PostgreSQL, whose users share a CA, expected it in tls.ca: docs/operations.md says under "A fleet" how it is changed';
  return undefined;
}
