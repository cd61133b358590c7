import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { issueText } from '../../../app/compile-policy.ts';
import { readNamedFiles } from '../../../app/loading/policy-source.ts';
import { simulate } from '../../../app/simulating/simulate.ts';
import { simulationPage } from '../../../app/simulating/simulation-page.ts';
import { systemClock } from '../../../app/system.ts';
import { chainsBelow } from '../../../app/records/stores/chains-below.ts';
import { recordDirectories } from '../../../app/records/stores/record-stores.ts';
import type { LoadedSettings } from '../../../config/load-settings.ts';
import type { Settings } from '../../../config/settings-schema.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { instantText } from '../../../core/time-text.ts';
import { parseDuration, type Instant } from '../../../core/units.ts';
import type { GeoTables } from '../../../destination/geo-tables.ts';
import { formatIssue } from '../../../policy/issue.ts';
import type { CompiledPolicy } from '../../../policy/model.ts';
import type { SimulationResult } from '../../../policy/simulation/simulation-result.ts';
import { readLines, UnreadableSegment } from '../../../recording/reading/read-lines.ts';
import { answer, type CommandContext, give, settingsFor, type Run } from '../../context.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { compileLocally } from '../../local/local-policy.ts';
import { localTables } from '../../local/local-tables.ts';
import { namedPolicyFiles } from '../../local/named-policy-files.ts';
import { readingMeans } from '../../records/reading-means.ts';
import { simulationLines } from '../../simulation/simulation-lines.ts';

interface SimulateOptions {
  readonly policy: string;
  readonly since?: string;
  readonly dir?: string;
  readonly key?: string;
  readonly out?: string;
}

/** `cordon simulate --policy DIR` */
export function addSimulateCommand(program: Command, run: Run): void {
  program
    .command('simulate')
    .description(
      'a candidate policy over recorded decisions: what would change (exit status 1), or nothing (0); nothing is sent',
    )
    .requiredOption('--policy <dir>', 'the candidate: a directory of policy files, or one file')
    .option('--since <duration>', 'what was decided within this time (default: everything)')
    .option('--dir <dir>', 'a directory of records (default: those of this installation)')
    .option('--key <file>', 'what opens them (default: the keys of this installation)')
    .option('--out <file>', 'writes the result there as an HTML page, which prints well')
    .action((options: SimulateOptions) => run((context) => simulateCandidate(context, options)));
}

async function simulateCandidate(context: CommandContext, options: SimulateOptions): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const since = readSince(options.since);
  if (!since.ok) return give(context, EXIT.usage, since.failure);
  const tables = await localTables(context, loaded.value.settings);
  if (!tables.ok) return tables.failure;
  const policy = await candidate(context, options.policy, loaded.value, tables.value);
  if (!policy.ok) return policy.failure;
  const parts = { policy: policy.value, tables: tables.value, now: systemClock.now(), ...since.value };
  const result = await overRecords(context, options, loaded.value.settings, parts);
  if (!result.ok) return result.failure;
  return await show(context, options, result.value, since.value);
}

interface Since {
  readonly since?: Instant;
}

function readSince(text: string | undefined): Result<Since, string> {
  if (text === undefined) return ok({});
  const duration = parseDuration(text);
  return duration.ok ? ok({ since: systemClock.now() - duration.value }) : fail(`--since: ${duration.failure}`);
}

/** The candidate, or the exit code after every issue was printed as `check` prints it. */
async function candidate(
  context: CommandContext,
  path: string,
  loaded: LoadedSettings,
  { world }: GeoTables,
): Promise<Result<CompiledPolicy, ExitCode>> {
  const { terminal } = context;
  const named = await namedPolicyFiles([path], terminal.cwd);
  if (!named.ok) {
    for (const issue of named.failure) terminal.err(issueText(issue));
    return fail(EXIT.usage);
  }
  const { policy, issues } = compileLocally(await readNamedFiles(named.value.source), loaded, world);
  if (policy !== undefined) return ok(policy);
  for (const issue of issues) terminal.err(formatIssue({ ...issue, file: named.value.show(issue.file) }));
  return fail(EXIT.usage);
}

async function overRecords(
  context: CommandContext,
  { dir, key }: SimulateOptions,
  settings: Settings,
  parts: Omit<Parameters<typeof simulate>[1], 'onBlock'>,
): Promise<Result<SimulationResult, ExitCode>> {
  const { cwd } = context.terminal;
  const keys = await readingMeans(settings, key === undefined ? undefined : resolve(cwd, key));
  if (!keys.ok) return fail(give(context, EXIT.usage, keys.failure));
  const directories = dir === undefined ? recordDirectories(settings) : [resolve(cwd, dir)];
  const named = directories.join(', ');
  try {
    const writers = chainsBelow(directories).map((writer) => readLines(writer, keys.value.wrapping));
    if (writers.length === 0) return fail(give(context, EXIT.usage, `Found no records in ${named}`));
    return ok(await simulate(writers, { ...parts, onBlock: progressOf(context) }));
  } catch (error) {
    if (error instanceof UnreadableSegment) return fail(give(context, EXIT.failed, error.message));
    return fail(give(context, EXIT.usage, `${named} cannot be read: ${(error as Error).message}`));
  }
}

const TOLD_EVERY = 500_000;

/** Tells a person who waits how far it is. */
function progressOf({ terminal }: CommandContext): (records: number) => boolean {
  let next = TOLD_EVERY;
  return (records) => {
    if (terminal.isInteractive === true && records >= next) {
      next = records + TOLD_EVERY;
      terminal.err(`${records} records read`);
    }
    return true;
  };
}

async function show(
  context: CommandContext,
  { policy, out }: SimulateOptions,
  result: SimulationResult,
  { since }: Since,
): Promise<ExitCode> {
  const from = since === undefined ? {} : { since: instantText(since) };
  if (out !== undefined) {
    const file = resolve(context.terminal.cwd, out);
    try {
      await writeFile(file, simulationPage(result, { candidate: policy, ...from }), { mode: 0o600 });
    } catch (error) {
      return give(context, EXIT.failed, `${file} cannot be written: ${(error as Error).message}`);
    }
  }
  answer(context, { ...from, ...result, now: instantText(result.now) }, () => [
    ...simulationLines(result),
    ...(out === undefined ? [] : ['', `wrote ${out}`]),
  ]);
  return result.changed === 0 ? EXIT.ok : EXIT.negative;
}
