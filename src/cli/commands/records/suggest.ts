import { resolve } from 'node:path';
import type { Command } from 'commander';
import { recordingsDirectory } from '../../../app/records/open-record.ts';
import { systemClock } from '../../../app/system.ts';
import { instantText } from '../../../core/time-text.ts';
import { parseDuration } from '../../../core/units.ts';
import type { CompiledPolicy } from '../../../policy/model.ts';
import { SeenTraffic } from '../../../policy/suggestion/seen-traffic.ts';
import { suggestedPolicy, type SuggestedPolicy } from '../../../policy/suggestion/suggested-policy.ts';
import { mergedRecords } from '../../../recording/reading/merged-records.ts';
import { readLines, UnreadableSegment } from '../../../recording/reading/read-lines.ts';
import { writerDirectories } from '../../../recording/reading/writer-directories.ts';
import { answer, type CommandContext, give, settingsFor, type Run } from '../../context.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { localPolicy } from '../../local/local-policy.ts';
import { localTables } from '../../local/local-tables.ts';
import { readingMeans } from '../../records/reading-means.ts';

interface SuggestOptions {
  readonly since: string;
  readonly agent?: string;
}

/** `cordon suggest --since 1d` */
export function addSuggestCommand(program: Command, run: Run): void {
  program
    .command('suggest')
    .description(
      'the narrowest policy for what agents were refused, or would be where they are observed; look at it before you use it',
    )
    .option('--since <duration>', 'what was decided within this time', '1d')
    .option('--agent <id>', 'of this agent alone')
    .action((options: SuggestOptions) => run((context) => suggest(context, options)));
}

async function suggest(context: CommandContext, { since, agent }: SuggestOptions): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const duration = parseDuration(since);
  if (!duration.ok) return give(context, EXIT.usage, `--since: ${duration.failure}`);
  const { settings } = loaded.value;
  const tables = await localTables(context, settings);
  if (!tables.ok) return tables.failure;
  const inForce = await localPolicy(context, loaded.value, tables.value.world);
  if (!inForce.ok) return inForce.failure;
  const keys = await readingMeans(settings, undefined);
  if (!keys.ok) return give(context, EXIT.usage, keys.failure);
  const earliest = instantText(systemClock.now() - duration.value);
  try {
    const seen = new SeenTraffic();
    const writers = writerDirectories(recordingsDirectory(settings)).map((writer) => readLines(writer, keys.value.wrapping));
    for await (const records of mergedRecords(writers)) {
      for (const { record } of records) if (record.time >= earliest) seen.take(record);
    }
    const destinations = seen.destinations().filter((each) => agent === undefined || each.agent === agent);
    const of = `the record since ${earliest}`;
    show(context, suggestedPolicy(destinations, { of, taken: idsOf(inForce.value.policy), omitted: seen.omitted }));
    return EXIT.ok;
  } catch (error) {
    if (error instanceof UnreadableSegment) return give(context, EXIT.failed, error.message);
    return give(context, EXIT.usage, `${resolve(recordingsDirectory(settings))} cannot be read: ${(error as Error).message}`);
  }
}

function show(context: CommandContext, suggested: SuggestedPolicy): void {
  const { yaml, rules, questions } = suggested;
  answer(context, suggested, () => yaml.trimEnd().split('\n'));
  context.terminal.err(`cordon: ${rules} rules suggested, ${questions} destinations left to a person`);
}

function idsOf({ agents, destinations, rules, credentials, entities, jurisdictions }: CompiledPolicy): ReadonlySet<string> {
  return new Set<string>([
    ...agents.map(({ attributes }) => attributes.agent),
    ...[...destinations, ...rules, ...credentials, ...entities].map(({ id }) => id),
    ...jurisdictions.keys(),
  ]);
}
