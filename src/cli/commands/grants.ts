import { type Command, Option } from 'commander';
import { GRANT_STATES, type GrantItem } from '../../admin/contract/approvals.ts';
import { systemClock } from '../../app/system.ts';
import { type ApiOptions, asksApi, giveUp, openApi } from '../api/open-api.ts';
import { coversText } from '../approvals/approval-lines.ts';
import { findId, tellingLength } from '../approvals/find-id.ts';
import { until } from '../approvals/moments.ts';
import { listPages } from '../approvals/pages.ts';
import { answer, type CommandContext, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { shownText } from '../shown-text.ts';
import { columns } from '../terminal.ts';

/** Grants end within days: more than that at once is another problem. */
const MOST = 1000;

/** `cordon grants list|revoke` */
export function addGrantCommands(program: Command, run: Run): void {
  const grants = program.command('grants').description('permissions that end by themselves (asks a running gateway)');
  asksApi(grants.command('list').description('what approvers let pass for a time, newest first'))
    .addOption(new Option('--state <state>', 'those in this state').choices([...GRANT_STATES, 'all']).default('active'))
    .action((options: ApiOptions & { state: string }) => run((context) => list(context, options)));
  asksApi(grants.command('revoke').description('ends a grant: what runs under it is cut, the next request is held again'))
    .argument('<id>', 'id, or enough of its beginning to tell it from others')
    .action((id: string, options: ApiOptions) => run((context) => revoke(context, id, options)));
}

async function list(context: CommandContext, options: ApiOptions & { readonly state: string }): Promise<ExitCode> {
  const api = openApi(context, options);
  if (!api.ok) return api.failure;
  const state = options.state === 'all' ? undefined : options.state;
  const page = await listPages<GrantItem>(api.value, '/v1/grants', { state, most: MOST });
  if (!page.ok) return giveUp(context, page.failure);
  const { items, next } = page.value;
  answer(context, page.value, () => (items.length === 0 ? ['there are none'] : grantRows(items)));
  if (next !== undefined) context.terminal.err(`cordon: there are more than ${MOST}; these are the newest`);
  return EXIT.ok;
}

function grantRows(items: readonly GrantItem[]): string[] {
  const length = tellingLength(items.map(({ id }) => id));
  return columns([
    ['ID', 'STATE', 'ENDS', 'RULE', 'GIVEN BY', 'LETS PASS'],
    ...items.map(({ id, state, endsAt, covers, by }) => [
      shownText(id.slice(0, length)),
      state,
      until(endsAt, systemClock.now()),
      shownText(covers.rule),
      shownText(by.join(', ')),
      coversText(covers),
    ]),
  ]);
}

async function revoke(context: CommandContext, beginning: string, options: ApiOptions): Promise<ExitCode> {
  const api = openApi(context, options);
  if (!api.ok) return api.failure;
  const id = await findId(api.value, '/v1/grants', beginning);
  if (!id.ok) return giveUp(context, id.failure);
  const revoked = await api.value.delete(`/v1/grants/${id.value}`);
  if (!revoked.ok) return giveUp(context, revoked.failure);
  answer(context, { id: id.value, state: 'revoked' }, () => [`revoked ${id.value}`]);
  return EXIT.ok;
}
