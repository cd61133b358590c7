import { type Command, Option } from 'commander';
import {
  APPROVAL_STATES,
  type ApprovalAnswer,
  type ApprovalSummary,
  type PurgeAnswer,
} from '../../admin/contract/approvals.ts';
import { systemClock } from '../../app/system.ts';
import { fail, type Result } from '../../core/result.ts';
import { parseDuration } from '../../core/units.ts';
import type { AdminApi } from '../api/admin-api.ts';
import type { ApiFailure } from '../api/api-failure.ts';
import { type ApiOptions, asksApi, giveUp, openApi } from '../api/open-api.ts';
import { wrappedLines } from '../wrapped-lines.ts';
import { approvalLines } from '../approvals/approval-lines.ts';
import { approvalRows } from '../approvals/approval-rows.ts';
import { type Verdict, decide, decidedLine } from '../approvals/decide.ts';
import { findId, findIdToDecide } from '../approvals/find-id.ts';
import { listPages } from '../approvals/pages.ts';
import { answer, type CommandContext, give, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { watchApprovals, type WatchOptions } from '../watch/watch-approvals.ts';

const ID = 'id, or enough of its beginning to tell it from others';
const ID_TO_DECIDE = 'id, or as much of its beginning as `list` shows';

interface ListOptions extends ApiOptions {
  readonly state: string;
  readonly limit: string;
}

interface DecideOptions extends ApiOptions {
  readonly reason: string;
  readonly grant?: string;
}

/** `cordon approvals list|show|approve|deny|watch|purge` */
export function addApprovalCommands(program: Command, run: Run): void {
  const approvals = program.command('approvals').description('requests that wait for a person (asks a running gateway)');
  const command = (usage: string, summary: string): Command => asksApi(approvals.command(usage).description(summary));
  command('list', 'held requests in the scope of the token, newest first')
    .addOption(new Option('--state <state>', 'those in this state').choices([...APPROVAL_STATES, 'all']).default('pending'))
    .option('--limit <number>', 'most items', '100')
    .action((options: ListOptions) => run((context) => list(context, options)));
  command('show', 'one held request: who asks, where it would go, what is in it')
    .argument('<id>', ID)
    .action((id: string, options: ApiOptions) => run((context) => show(context, id, options)));
  command('approve', 'lets the request that was held pass, once; values are shown masked whatever leaves')
    .argument('<id>', ID_TO_DECIDE)
    .requiredOption('--reason <text>', 'why; it is on the record')
    .option('--grant <duration>', 'lets the same kind pass for so long, where the rule allows it: 8h')
    .action((id: string, options: DecideOptions) => run((context) => settle(context, id, { decision: 'approve', ...options })));
  command('deny', 'refuses a held request, and the same request until its deadline')
    .argument('<id>', ID_TO_DECIDE)
    .requiredOption('--reason <text>', 'why; the agent can read it where the approval stands, and it is on the record')
    .action((id: string, options: DecideOptions) => run((context) => settle(context, id, { decision: 'deny', ...options })));
  command('watch', 'held requests as they come and are decided; on a terminal, to decide on them')
    .option('--patience <duration>', 'how long a gateway that went away is waited for', '30s')
    .action((options: WatchOptions) => run((context) => watchApprovals(context, options)));
  command('purge', 'forgets held requests that came to their end long ago; what was decided stays on the record')
    .requiredOption('--settled-before <duration>', 'how long ago, at least: 30d')
    .action((options: ApiOptions & { settledBefore: string }) => run((context) => purge(context, options)));
}

async function list(context: CommandContext, options: ListOptions): Promise<ExitCode> {
  const most = Number(options.limit);
  if (!Number.isInteger(most) || most < 1) {
    return give(context, EXIT.usage, `--limit: Found "${options.limit}", expected a whole number from 1`);
  }
  const api = openApi(context, options);
  if (!api.ok) return api.failure;
  const state = options.state === 'all' ? undefined : options.state;
  const page = await listPages<ApprovalSummary>(api.value, '/v1/approvals', { state, most });
  if (!page.ok) return giveUp(context, page.failure);
  const { items, next } = page.value;
  answer(context, page.value, () =>
    items.length === 0
      ? [state === 'pending' ? 'nothing waits for a decision' : 'there are none']
      : approvalRows(items, systemClock.now()),
  );
  if (next !== undefined) context.terminal.err(`cordon: there are more than ${most}: --limit shows them`);
  return EXIT.ok;
}

async function show(context: CommandContext, beginning: string, options: ApiOptions): Promise<ExitCode> {
  const api = openApi(context, options);
  if (!api.ok) return api.failure;
  const found = await find(api.value, beginning);
  if (!found.ok) return giveUp(context, found.failure);
  const { terminal } = context;
  answer(context, found.value, () => wrappedLines(approvalLines(found.value, terminal, systemClock.now()), terminal.columns));
  return EXIT.ok;
}

async function find(api: AdminApi, beginning: string): Promise<Result<ApprovalAnswer, ApiFailure>> {
  const id = await findId(api, '/v1/approvals', beginning);
  return id.ok ? api.get<ApprovalAnswer>(`/v1/approvals/${id.value}`) : fail(id.failure);
}

async function settle(
  context: CommandContext,
  beginning: string,
  { decision, reason, grant, ...options }: DecideOptions & Pick<Verdict, 'decision'>,
): Promise<ExitCode> {
  const lasts = grant === undefined ? undefined : parseDuration(grant);
  if (lasts?.ok === false) return give(context, EXIT.usage, `--grant: ${lasts.failure}`);
  const api = openApi(context, options);
  if (!api.ok) return api.failure;
  const id = await findIdToDecide(api.value, beginning);
  if (!id.ok) return giveUp(context, id.failure);
  const decided = await decide(api.value, id.value, { decision, reason, ...(grant !== undefined && { grant }) });
  if (!decided.ok) return giveUp(context, decided.failure);
  answer(context, decided.value, () => [decidedLine(decided.value, decision)]);
  return EXIT.ok;
}

async function purge(context: CommandContext, options: ApiOptions & { readonly settledBefore: string }): Promise<ExitCode> {
  const age = parseDuration(options.settledBefore);
  if (!age.ok) return give(context, EXIT.usage, `--settled-before: ${age.failure}`);
  const api = openApi(context, options);
  if (!api.ok) return api.failure;
  const { settledBefore } = options;
  const purged = await api.value.post<PurgeAnswer>('/v1/approvals/purge', { settledBefore });
  if (!purged.ok) return giveUp(context, purged.failure);
  answer(context, purged.value, () => [`forgot ${purged.value.purged} that were settled more than ${settledBefore} ago`]);
  return EXIT.ok;
}
