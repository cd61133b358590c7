import type { Command } from 'commander';
import { openIssuingCa, type IssuingCa } from '../../tls/issuing-ca.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { Result } from '../../core/result.ts';
import { answer, type CommandContext, give, settingsFor, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { systemClock, systemRandom } from '../../app/system.ts';

/** `cordon ca show` */
export function addCaCommands(program: Command, run: Run): void {
  const ca = program.command('ca').description('the interception CA');
  ca.command('show')
    .description('certificate, fingerprint and end of the interception CA; makes it when there is none yet')
    .action(() => run(showCa));
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
