import { join } from 'node:path';
import type { Command } from 'commander';
import { openRecord } from '../../app/records/open-record.ts';
import { describePlace } from '../../app/questions/describe-place.ts';
import { describeTables } from '../../app/questions/describe-tables.ts';
import { exchangeIds, systemClock, systemRandom } from '../../app/system.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PlaceAnswer } from '../../admin/contract.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { UpdateSource } from '../../destination/update/source.ts';
import { maxmindSource, UPDATE_SOURCES } from '../../destination/update/sources.ts';
import { updateTables, type SourceReport, type UpdateProgress } from '../../destination/update/update.ts';
import { answer, type CommandContext, give, settingsFor, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { localParent } from '../local/local-parent.ts';
import { localResolver } from '../local/local-resolver.ts';
import { localTables } from '../local/local-tables.ts';
import { openFetch } from '../egress/open-fetch.ts';
import { columns } from '../terminal.ts';

/** `cordon geo status|lookup|update` */
export function addGeoCommands(program: Command, run: Run): void {
  const geo = program.command('geo').description('tables that say where an address or a name is');
  geo
    .command('status')
    .description('the tables, their age and what they prove')
    .action(() => run(status));
  geo
    .command('lookup')
    .description('what the tables say about one address or name; a name is not looked up')
    .argument('<ip-or-host>')
    .action((target: string) => run((context) => lookup(context, target)));
  geo
    .command('update')
    .description('fetches the tables of the publishers and puts them in place of the old ones')
    .option('--only <ids...>', 'publishers to ask (default: all)')
    .action(({ only }: { only?: string[] }) => run((context) => update(context, only)));
}

async function status(context: CommandContext): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const tables = await localTables(context, loaded.value.settings);
  if (!tables.ok) return tables.failure;
  const listed = describeTables(tables.value);
  answer(context, listed, () => [
    ...columns([
      ['TABLE', 'STATE', 'DATE', 'ROWS', 'PROVES'],
      ...listed.items.map(({ id, state, date, rows, proves, problem }) => [
        id,
        state,
        date ?? '-',
        String(rows),
        problem ?? proves,
      ]),
    ]),
    // The makers of country databases ask to be named where answers are shown.
    ...listed.items
      .filter(({ kind, problem }) => kind === 'geoip' && problem === undefined)
      .map(({ id, licence }) => `licence of ${id}: ${licence}`),
  ]);
  return EXIT.ok;
}

async function lookup(context: CommandContext, target: string): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const tables = await localTables(context, loaded.value.settings);
  if (!tables.ok) return tables.failure;
  const found = describePlace(tables.value, target);
  if (!found.ok) return give(context, EXIT.usage, found.failure);
  answer(context, found.value, () => placeLines(found.value));
  return EXIT.ok;
}

function placeLines({ host, class: addressClass, evidence, notes }: PlaceAnswer): string[] {
  const rows = evidence.map(({ kind, entry, processing, storage, source, date, match, stale }) => [
    kind,
    entry ?? '-',
    processing ?? '-',
    storage ?? '-',
    match ?? '-',
    `${source}${date === undefined ? '' : `, ${date}`}${stale === true ? ', stale: proves nothing' : ''}`,
  ]);
  return [
    addressClass === undefined ? host : `${host}  (${addressClass})`,
    ...(rows.length === 0
      ? ['nothing is known about it']
      : columns([['EVIDENCE', 'ENTRY', 'PROCESSING', 'STORAGE', 'MATCH', 'SOURCE'], ...rows])),
    ...notes.map((note) => `note: ${note}`),
  ];
}

async function update(context: CommandContext, only: readonly string[] | undefined): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const { settings } = loaded.value;
  const chosen = chooseSources(settings, only);
  if (!chosen.ok) return give(context, EXIT.usage, chosen.failure);
  const sources = chosen.value;
  const tables = await localTables(context, settings);
  if (!tables.ok) return tables.failure;
  const resolver = localResolver(context, settings);
  if (!resolver.ok) return resolver.failure;
  const parent = await localParent(context, settings, { tables: tables.value, resolver: resolver.value });
  if (!parent.ok) return give(context, EXIT.usage, parent.failure);
  const journal = await openRecord(settings, {
    clock: systemClock,
    random: systemRandom,
    onError: ({ detail }) => context.terminal.err(`cordon: the record cannot be written: ${detail}`),
  });
  if (!journal.ok) return give(context, EXIT.failed, journal.failure.detail);
  await using record = journal.value;
  const fetch = openFetch({
    settings,
    tables: tables.value,
    sources,
    resolver: resolver.value,
    parent: parent.value,
    clock: systemClock,
    journal: record,
    newExchangeId: exchangeIds(systemClock, systemRandom),
  });
  if (!fetch.ok) return give(context, EXIT.failed, fetch.failure);
  const report = await updateTables({
    sources,
    directory: join(settings.data.directory, 'geo'),
    fetch: fetch.value,
    clock: systemClock,
    onProgress: (progress) => showProgress(context, progress),
  });
  answer(context, { complete: report.complete, items: report.sources }, () => report.sources.map(reportLine));
  return report.complete ? EXIT.ok : EXIT.failed;
}

/** The publishers to ask: all, or those named; MaxMind only where there is an account. */
function chooseSources({ geo }: Settings, only: readonly string[] | undefined): Result<readonly UpdateSource[], string> {
  const licensed = geo.maxmind === undefined ? [] : [maxmindSource(geo.maxmind.edition)];
  const sources = [...UPDATE_SOURCES, ...licensed];
  const known = sources.map(({ id }) => id);
  const unknown = only?.filter((id) => !known.includes(id)) ?? [];
  if (unknown.length === 0) return ok(sources.filter(({ id }) => only?.includes(id) ?? true));
  const hint = unknown.includes('maxmind') ? '; maxmind needs geo.maxmind.account and geo.maxmind.licence-key' : '';
  return fail(`Found --only ${unknown.join(' ')}, expected some of ${known.join(', ')}${hint}`);
}

function showProgress({ terminal }: CommandContext, { source, phase, index, total }: UpdateProgress): void {
  if (process.stderr.isTTY) terminal.err(`[${index}/${total}] ${source}: ${phase}`);
}

function reportLine(report: SourceReport): string {
  if (report.outcome === 'failed') return `${report.source}: failed, the table in place stays: ${report.reason}`;
  return `${report.source}: ${report.outcome}`;
}
