import type { Command } from 'commander';
import type { AgentItem, AgentsAnswer } from '../../admin/contract/agents.ts';
import { type ApiOptions, asksApi, giveUp, openApi } from '../api/open-api.ts';
import { answer, type CommandContext, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { shownText } from '../shown-text.ts';
import { columns } from '../terminal.ts';

type ReasonOptions = ApiOptions & { readonly reason?: string };

/** `cordon agents list|stop|resume` */
export function addAgentCommands(program: Command, run: Run): void {
  const agents = program.command('agents').description('agents of the policy, and what keeps them (asks a running gateway)');
  asksApi(agents.command('list').description('agents, where they are at home, and which are stopped')).action(
    (options: ApiOptions) => run((context) => list(context, options)),
  );
  asksApi(
    agents.command('stop').description('cuts all that runs of an agent within a second, and lets nothing pass on any replica'),
  )
    .argument('<id>', 'id of the agent')
    .option('--reason <text>', 'why, for the record')
    .action((id: string, options: ReasonOptions) => run((context) => change(context, id, 'stop', options)));
  asksApi(agents.command('resume').description('lets a stopped agent go on'))
    .argument('<id>', 'id of the agent')
    .option('--reason <text>', 'why, for the record')
    .action((id: string, options: ReasonOptions) => run((context) => change(context, id, 'resume', options)));
}

async function list(context: CommandContext, options: ApiOptions): Promise<ExitCode> {
  const api = openApi(context, options);
  if (!api.ok) return api.failure;
  const listed = await api.value.get<AgentsAnswer>('/v1/agents');
  if (!listed.ok) return giveUp(context, listed.failure);
  const { items } = listed.value;
  answer(context, listed.value, () => (items.length === 0 ? ['there are none'] : rows(items)));
  return EXIT.ok;
}

function rows(items: readonly AgentItem[]): string[] {
  return columns([
    ['ID', 'STATE', 'HOME', 'MODE', 'RUNNING HERE', 'OWNERS'],
    ...items.map(({ id, state, home = '-', mode = '-', exchanges, owners, stopped }) => [
      shownText(id),
      stopped === undefined ? state : `stopped by ${shownText(stopped.by)} at ${stopped.at}`,
      shownText(home),
      mode,
      String(exchanges),
      shownText(owners.join(', ')),
    ]),
  ]);
}

async function change(
  context: CommandContext,
  id: string,
  verb: 'stop' | 'resume',
  { reason, ...options }: ReasonOptions,
): Promise<ExitCode> {
  const api = openApi(context, options);
  if (!api.ok) return api.failure;
  const path = `/v1/agents/${encodeURIComponent(id)}/${verb}`;
  const changed = await api.value.post<AgentItem>(path, reason === undefined ? {} : { reason });
  if (!changed.ok) return giveUp(context, changed.failure);
  answer(context, changed.value, () => [
    verb === 'stop'
      ? `stopped ${shownText(id)}; cordon agents resume ${shownText(id)} lets it go on`
      : `resumed ${shownText(id)}`,
  ]);
  return EXIT.ok;
}
