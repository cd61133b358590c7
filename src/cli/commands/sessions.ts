import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { systemClock } from '../../app/system.ts';
import type { Record as RecordOf } from '../../core/exchange/record.ts';
import { parseDuration } from '../../core/units.ts';
import { readLines, UnreadableSegment } from '../../recording/reading/read-lines.ts';
import { wantedRecords, type RecordFilter } from '../../recording/reading/record-filter.ts';
import { type CommandContext, give, settingsFor, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { readingMeans } from '../records/reading-means.ts';
import { writerDirectories } from '../../recording/reading/writer-directories.ts';

interface ExportOptions {
  readonly subject?: string;
  readonly since?: string;
  readonly key?: string;
  readonly dir?: string;
}

/** `cordon sessions export` */
export function addSessionCommands(program: Command, run: Run): void {
  const sessions = program.command('sessions').description('recorded sessions');
  sessions
    .command('export')
    .description('records for other tools, one JSON object a line; needs no gateway')
    .argument('[session...]', 'ids of sessions (default: everything)')
    .addOption(new Option('--format <format>', 'how they are written').choices(['jsonl']).default('jsonl'))
    .option('--subject <agent>', 'exchanges of this agent alone')
    .option('--since <duration>', 'what happened within this time')
    .option('--dir <dir>', 'a directory of records (default: those of this installation)')
    .option('--key <file>', 'what opens them (default: the keys of this installation)')
    .action((ids: readonly string[], options: ExportOptions) => run((context) => exportRecords(context, ids, options)));
}

async function exportRecords(context: CommandContext, ids: readonly string[], options: ExportOptions): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const { data } = loaded.value.settings;
  const keys = await readingMeans(
    data.directory,
    options.key === undefined ? undefined : resolve(context.terminal.cwd, options.key),
  );
  if (!keys.ok) return give(context, EXIT.usage, keys.failure);
  const filter = filterOf(ids, options);
  if (typeof filter === 'string') return give(context, EXIT.usage, filter);
  const directory = options.dir === undefined ? join(data.directory, 'recordings') : resolve(context.terminal.cwd, options.dir);
  try {
    for (const writer of writerDirectories(directory))
      await exportWriter(context, readLines(writer, keys.value.wrapping), filter);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof UnreadableSegment) return give(context, EXIT.failed, error.message);
    return give(context, EXIT.usage, `${directory} cannot be read: ${(error as Error).message}`);
  }
}

function filterOf(ids: readonly string[], { subject, since }: ExportOptions): RecordFilter | string {
  const duration = since === undefined ? undefined : parseDuration(since);
  if (duration?.ok === false) return `--since: ${duration.failure}`;
  return {
    ...(ids.length > 0 && { sessions: new Set(ids) }),
    ...(subject !== undefined && { subject }),
    ...(duration !== undefined && { since: systemClock.now() - duration.value }),
  };
}

async function exportWriter(
  context: CommandContext,
  blocks: AsyncIterable<readonly Buffer[]>,
  filter: RecordFilter,
): Promise<void> {
  const isWanted = wantedRecords(filter);
  for await (const lines of blocks) {
    const wanted = lines.map((line) => line.toString('latin1')).filter((line) => isWanted(JSON.parse(line) as RecordOf));
    if (wanted.length > 0) await context.terminal.write(`${wanted.join('\n')}\n`);
  }
}
