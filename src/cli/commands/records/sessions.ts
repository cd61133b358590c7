import { existsSync, realpathSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { contentReader } from '../../../app/records/content-keys.ts';
import { chainsBelow } from '../../../app/records/stores/chains-below.ts';
import { recordDirectories } from '../../../app/records/stores/record-stores.ts';
import type { Settings } from '../../../config/settings-schema.ts';
import {
  emptyTally,
  EXPORT_FORMATS,
  exportText,
  type ExportFormat,
  type ExportOptions,
} from '../../../recording/export/export-text.ts';
import { readLines, UnreadableSegment } from '../../../recording/reading/read-lines.ts';
import { type CommandContext, give, settingsFor, type Run } from '../../context.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { exportOnRecord } from '../../local/export-on-record.ts';
import { openLocalStore } from '../../local/local-store.ts';
import { exportDetails, exportFilter, type ExportAsked } from '../../records/export-filter.ts';
import { readingMeans } from '../../records/reading-means.ts';
import { type ListOptions, listSessions } from '../../sessions/list-sessions.ts';
import { replaySession, type ReplayOptions } from '../../sessions/replay-session.ts';
import { showSession } from '../../sessions/show-session.ts';

interface ExportCommandOptions extends ExportAsked {
  readonly format: ExportFormat;
  readonly key?: string;
  readonly dir?: string;
}

/** `cordon sessions` */
export function addSessionCommands(program: Command, run: Run): void {
  const sessions = program.command('sessions').description('recorded sessions');
  sessions
    .command('list')
    .description('recorded sessions, the latest first; needs no gateway')
    .option('--subject <agent>', 'of this agent alone')
    .option('--limit <number>', 'most sessions', '50')
    .action((options: ListOptions) => run((context) => listSessions(context, options)));
  sessions
    .command('show')
    .description('a session and its exchanges in order; needs no gateway')
    .argument('<session>', 'its id')
    .option('--limit <number>', 'most exchanges, the newest of them', '200')
    .action((id: string, options: { readonly limit: string }) => run((context) => showSession(context, id, options)));
  sessions
    .command('export')
    .description('records for other tools; needs no gateway. An export of the records of this installation is itself recorded')
    .argument('[session...]', 'ids of sessions (default: everything)')
    .addOption(
      new Option(
        '--format <format>',
        'jsonl: every record; csv: a row for each exchange; har: an entry, with recorded content; ocsf: an event of class HTTP Activity',
      )
        .choices(EXPORT_FORMATS)
        .default('jsonl'),
    )
    .option('--subject <agent>', 'exchanges of this agent alone')
    .option('--host <host>', 'exchanges with this host: a name, *.suffix, or an address')
    .addOption(new Option('--decision <decision>', 'exchanges decided so').choices(['permit', 'hold', 'deny']))
    .option('--since <time>', 'what happened within this time (30m), or since this instant (RFC 3339)')
    .option('--until <time>', 'what happened before')
    .option('--dir <dir>', 'a directory of records (default: those of this installation)')
    .option('--key <file>', 'what opens them (default: the keys of this installation)')
    .action((ids: readonly string[], options: ExportCommandOptions) => run((context) => exportRecords(context, ids, options)));
  addReplayCommand(sessions, run);
}

function addReplayCommand(sessions: Command, run: Run): void {
  sessions
    .command('replay')
    .description(
      'a proxy on loopback that answers an agent as it was answered in a recorded session, until Ctrl+C; nothing is sent. ' +
        'Exits 1 where something was asked for that it had no answer to. It is on the record as an export is',
    )
    .argument('<session>', 'its id')
    .requiredOption('--serve <port>', 'port on 127.0.0.1; 0: one that is free')
    .option('--repeat-last', 'who asks more often than is recorded gets the last answer again (default: a problem)')
    .option('--pace', 'streams at the pace at which they came (default: at once)')
    .option('--key <file>', 'what opens the records (default: the keys of this installation)')
    .action((session: string, options: ReplayOptions) => run((context) => replaySession(context, session, options)));
}

async function exportRecords(
  context: CommandContext,
  ids: readonly string[],
  options: ExportCommandOptions,
): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const { settings } = loaded.value;
  const { cwd } = context.terminal;
  const key = options.key === undefined ? undefined : resolve(cwd, options.key);
  const keys = await readingMeans(settings, key);
  if (!keys.ok) return give(context, EXIT.usage, keys.failure);
  const filter = exportFilter(ids, options);
  if (!filter.ok) return give(context, EXIT.usage, filter.failure);
  const directories = options.dir === undefined ? recordDirectories(settings) : [resolve(cwd, options.dir)];
  try {
    const writers = chainsBelow(directories).map((writer) => readLines(writer, keys.value.wrapping));
    const asked = { format: options.format, filter: filter.value };
    if (!isOwn(directories, settings)) return await write(context, writers, asked, emptyTally());
    const details = exportDetails(options.format, ids, options);
    return await exportOnRecord(context, settings, details, async (tally) => {
      if (options.format !== 'har') return await write(context, writers, asked, tally);
      const store = await openLocalStore(settings);
      if (!store.ok) return give(context, EXIT.failed, store.failure);
      await using database = store.value;
      const reader = contentReader(database.db, keys.value);
      return await write(context, writers, { ...asked, reader }, tally);
    });
  } catch (error) {
    if (error instanceof UnreadableSegment) return give(context, EXIT.failed, error.message);
    return give(context, EXIT.usage, `${directories.join(', ')} cannot be read: ${(error as Error).message}`);
  }
}

/**
 * Whether the records are those of this installation, however it is led to them: a copy that an auditor has brought along has
 * no record of its own.
 */
function isOwn(directories: readonly string[], settings: Settings): boolean {
  const own = recordDirectories(settings).filter((directory) => existsSync(directory));
  return directories.some(
    (directory) => existsSync(directory) && own.some((each) => isBelow(realpathSync(directory), realpathSync(each))),
  );
}

function isBelow(directory: string, other: string): boolean {
  const path = relative(other, directory);
  return path === '' || !path.startsWith('..');
}

async function write(
  context: CommandContext,
  writers: Parameters<typeof exportText>[0],
  asked: ExportOptions,
  tally: Parameters<typeof exportText>[2],
): Promise<ExitCode> {
  for await (const text of exportText(writers, asked, tally)) await context.terminal.write(text);
  if (tally.cut > 0)
    context.terminal.err(`cordon: ${tally.cut} exchanges are without their outcome: too many were open at once`);
  return EXIT.ok;
}
