import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { Command } from 'commander';
import { consoleAddress } from '../../../app/notifying/console-address.ts';
import { describeTables } from '../../../app/questions/describe-tables.ts';
import { recordDirectories } from '../../../app/records/stores/record-stores.ts';
import { localAuditKey } from '../../../app/records/record-keys.ts';
import { makeReport, reportPage, reportQuestion, type ReportSurroundings } from '../../../app/reporting/make-report.ts';
import { localSource } from '../../../app/reporting/local-source.ts';
import type { RecordSource } from '../../../app/reporting/record-source.ts';
import { systemClock } from '../../../app/system.ts';
import type { LoadedSettings } from '../../../config/load-settings.ts';
import type { Settings } from '../../../config/settings-schema.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { type Instant, parseMoment } from '../../../core/units.ts';
import { readAuditKey } from '../../../recording/keys/audit-key.ts';
import type { Report } from '../../../reporting/report.ts';
import { answer, type CommandContext, give, settingsFor, type Run } from '../../context.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { localPolicy } from '../../local/local-policy.ts';
import { localTables } from '../../local/local-tables.ts';

interface ReportOptions {
  readonly jurisdiction: string;
  readonly since: string;
  readonly until?: string;
  readonly out: string;
  readonly dir?: string;
  readonly key?: string;
  readonly console?: string;
}

/** `cordon report` */
export function addReportCommand(program: Command, run: Run): void {
  program
    .command('report')
    .description('what the record shows about one jurisdiction, for auditors; needs no gateway')
    .requiredOption(
      '--jurisdiction <id>',
      'whose agents it is about: a country, a built-in set such as eu, or one of the policy',
    )
    .option('--since <when>', 'a duration before now, or an RFC 3339 date or instant', '30d')
    .option('--until <when>', 'the same (default: now)')
    .requiredOption('--out <file>', 'where it is written: FILE.html or FILE.json')
    .option('--dir <dir>', 'a directory of records (default: those of this installation)')
    .option('--key <file>', 'what opens them (default: the keys of this installation)')
    .option('--console <url>', 'where the links of the HTML lead (default: the console of this installation)')
    .action((options: ReportOptions) => run((context) => report(context, options)));
}

const FORMATS: ReadonlySet<string> = new Set(['.html', '.json']);

async function report(context: CommandContext, options: ReportOptions): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const { settings } = loaded.value;
  const { cwd } = context.terminal;
  const file = resolve(cwd, options.out);
  if (!FORMATS.has(extname(file)))
    return give(context, EXIT.usage, `Found --out "${options.out}", expected a file that ends with .html or .json`);
  const period = periodOf(options);
  if (!period.ok) return give(context, EXIT.usage, period.failure);
  const source = await sourceOf(settings, options, cwd);
  if (!source.ok) return give(context, EXIT.usage, source.failure);
  const surroundings = await surroundingsOf(context, loaded.value, options);
  if (!surroundings.ok) return surroundings.failure;
  const question = reportQuestion({ jurisdiction: options.jurisdiction, ...period.value }, surroundings.value);
  if (!question.ok) return give(context, EXIT.usage, question.failure);
  let made: Report;
  try {
    made = await makeReport(question.value, source.value, surroundings.value, NEVER);
  } catch (error) {
    return give(context, EXIT.failed, `The records cannot be read: ${(error as Error).message}`);
  }
  const address = options.console ?? (await consoleOf(settings));
  const text =
    extname(file) === '.json' ? `${JSON.stringify(made, undefined, 2)}\n` : reportPage(made, surroundings.value, address);
  return await written(context, file, text, made);
}

/** Who waits at a terminal ends the process. */
const NEVER = new AbortController().signal;

async function written(context: CommandContext, file: string, text: string, made: Report): Promise<ExitCode> {
  try {
    // What agents do and who decides is not for everybody on this machine.
    await writeFile(file, text, { mode: 0o600 });
  } catch (error) {
    return give(context, EXIT.failed, `${file} cannot be written: ${(error as Error).message}`);
  }
  const { jurisdiction, period, isComplete, totals, chains } = made;
  answer(context, { file, jurisdiction: jurisdiction.id, period, isComplete, totals }, () => [
    `wrote ${file}: ${totals.exchanges} exchanges of ${jurisdiction.id}, ${totals.carried} carried, ${totals.denied + totals.folded} denied`,
  ]);
  if (isComplete) return EXIT.ok;
  const doubtful = chains.filter(({ state, unread }) => state === 'broken' || unread !== undefined);
  return give(
    context,
    EXIT.negative,
    ...doubtful.map(({ writer, reason, unread }) => `${writer}: ${reason ?? unread ?? ''}`),
    'The report is not complete, and says so',
  );
}

function periodOf({ since, until }: ReportOptions): Result<{ since: Instant; until: Instant }, string> {
  const now = systemClock.now();
  const from = momentOf('--since', since, now);
  if (!from.ok) return from;
  const to = until === undefined ? ok(now) : momentOf('--until', until, now);
  return to.ok ? ok({ since: from.value, until: to.value }) : to;
}

function momentOf(name: string, text: string, now: Instant): Result<Instant, string> {
  const moment = parseMoment(text, now);
  return moment.ok ? moment : fail(`${name}: ${moment.failure}`);
}

async function sourceOf(settings: Settings, { dir, key }: ReportOptions, cwd: string): Promise<Result<RecordSource, string>> {
  const directories = dir === undefined ? recordDirectories(settings) : [resolve(cwd, dir)];
  const missing = directories.find((directory) => !existsSync(directory));
  if (missing !== undefined) return fail(`Found no directory ${missing}, expected one of records`);
  const auditKey = await auditKeyOf(settings, key === undefined ? undefined : resolve(cwd, key));
  if (auditKey.ok && key === undefined && dir === undefined) return await localSource(settings);
  return auditKey.ok
    ? ok({ stores: directories.map((directory) => ({ directory, auditKey: auditKey.value })), known: [] })
    : auditKey;
}

async function auditKeyOf(settings: Settings, file: string | undefined): Promise<Result<Buffer, string>> {
  if (file === undefined) {
    const local = await localAuditKey(settings);
    return local === undefined
      ? fail(`Found no keys in ${settings.data.directory}, expected those of a gateway that ran, or --key`)
      : ok(Buffer.from(local));
  }
  try {
    const auditKey = readFileSync(file);
    const read = readAuditKey(auditKey);
    return typeof read === 'string' ? fail(`${file}: ${read}`) : ok(auditKey);
  } catch (error) {
    return fail(`${file} cannot be read: ${(error as Error).message}`);
  }
}

async function surroundingsOf(
  context: CommandContext,
  loaded: LoadedSettings,
  { dir }: ReportOptions,
): Promise<Result<ReportSurroundings, ExitCode>> {
  const { settings } = loaded;
  const tables = await localTables(context, settings);
  if (!tables.ok) return tables;
  const { world } = tables.value;
  const common = { settings, world, tables: describeTables(tables.value), now: systemClock.now() };
  // An auditor has a copy of the records, and seldom the policy.
  if (dir !== undefined && !existsSync(settings.rules)) return ok(common);
  const policy = await localPolicy(context, loaded, world);
  return policy.ok ? ok({ ...common, policy: policy.value.policy }) : policy;
}

async function consoleOf({ listen: { admin } }: Settings): Promise<string> {
  const { host, port } = admin.address;
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return (await consoleAddress(admin)) ?? `${admin.tls === undefined ? 'http' : 'https'}://${authority}`;
}
