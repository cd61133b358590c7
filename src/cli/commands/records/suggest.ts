import type { Command } from 'commander';
import { systemClock } from '../../../app/system.ts';
import { instantText } from '../../../core/time-text.ts';
import { parseDuration } from '../../../core/units.ts';
import { suggestedPolicy } from '../../../policy/suggestion/suggested-policy.ts';
import { answer, type CommandContext, give, settingsFor, type Run } from '../../context.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { localPolicy } from '../../local/local-policy.ts';
import { localTables } from '../../local/local-tables.ts';
import { idsOf, readSeen } from '../../records/read-seen.ts';

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
  const earliest = systemClock.now() - duration.value;
  const seen = await readSeen(settings, earliest);
  if (!seen.ok) return give(context, EXIT.failed, seen.failure);
  const destinations = seen.value.destinations().filter((each) => agent === undefined || each.agent === agent);
  const of = `the record since ${instantText(earliest)}`;
  const taken = idsOf(inForce.value.policy);
  const suggested = suggestedPolicy(destinations, { of, taken, omitted: seen.value.omitted });
  answer(context, suggested, () => suggested.yaml.trimEnd().split('\n'));
  const { rules, questions } = suggested;
  context.terminal.err(`cordon: ${rules} rules suggested, ${questions} destinations left to a person`);
  return EXIT.ok;
}
