import { type Command, Option } from 'commander';
import { tokenItem } from '../../admin/contract/people-items.ts';
import { systemClock } from '../../app/system.ts';
import type { AgentId, TokenId } from '../../core/ids.ts';
import { parseLifetime } from '../../core/people/lifetime.ts';
import { parsePerson } from '../../core/people/person.ts';
import { type Role, ROLES } from '../../core/people/role.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { scopePlaces } from '../../policy/place/scope-places.ts';
import { answer, collect, type CommandContext, give, settingsFor, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { type LocalOrder, mintLocally, revokeLocally } from '../local/local-minting.ts';
import { type LocalSetup, localSetup } from '../local/local-setup.ts';
import { columns } from '../terminal.ts';
import { openTokenStore } from '../local/token-store.ts';

interface MintOptions {
  readonly agent?: string;
  readonly role?: Role;
  readonly person?: string;
  readonly group?: readonly string[];
  readonly place?: readonly string[];
  readonly breakGlass?: true;
  readonly reason?: string;
  readonly ttl?: string;
}

/** `cordon token mint|list|revoke` */
export function addTokenCommands(program: Command, run: Run): void {
  const token = program.command('token').description('tokens by which agents and people are known');
  token
    .command('mint')
    .description('makes a token and prints only it')
    .option('--agent <id>', 'agent it stands for')
    .addOption(new Option('--role <role>', 'what the person it stands for may do').choices(ROLES))
    .option('--person <name>', 'person it stands for, as owners are written in the policy')
    .option('--group <group>', 'group of approvers that the person speaks for; repeatable', collect)
    .option('--place <place>', 'country or set that the role is scoped to (default: all); repeatable', collect)
    .option('--break-glass', 'an admin for an emergency: each use of it raises an alarm, and it opens no session')
    .option('--reason <text>', 'of --break-glass: why')
    .option('--ttl <duration>', 'how long it is valid (default: 1h; of --break-glass 15m, at most 1h)')
    .action((options: MintOptions) => run((context) => mint(context, options)));
  token
    .command('list')
    .description('tokens, without their secrets')
    .action(() => run(list));
  token
    .command('revoke')
    .description('ends a token; a running gateway sees it within a second')
    .argument('<id>', 'public id of the token: what stands before the point')
    .action((id: string) => run((context) => revoke(context, id)));
}

async function mint(context: CommandContext, options: MintOptions): Promise<ExitCode> {
  const lifetime = parseLifetime(options.ttl ?? (options.breakGlass === true ? '15m' : '1h'));
  if (!lifetime.ok) return give(context, EXIT.usage, `--ttl: ${lifetime.failure}`);
  const misuse = misuseOf(options) ?? breakGlassMisuse(options, lifetime.value);
  if (misuse !== undefined) return give(context, EXIT.usage, misuse);
  const setup = await localSetup(context);
  if (!setup.ok) return setup.failure;
  const order = orderOf(options, lifetime.value, setup.value);
  if (!order.ok) return give(context, EXIT.usage, order.failure);
  const minted = await mintLocally(setup.value.settings, order.value);
  if (!minted.ok) return give(context, EXIT.failed, minted.failure);
  const { text, token } = minted.value;
  answer(context, { token: text, ...tokenItem(token, systemClock.now()) }, () => [text]);
  return EXIT.ok;
}

/** Options that do not go together, as a sentence. */
function misuseOf({ agent, role, person, group, place, breakGlass }: MintOptions): string | undefined {
  if (agent !== undefined) {
    const beside = Object.entries({ role, person, group, place, 'break-glass': breakGlass }).find(
      ([, value]) => value !== undefined,
    );
    return beside === undefined
      ? undefined
      : `Found --${beside[0]} beside --agent, expected a token of an agent or of a person`;
  }
  if ((role === undefined && breakGlass !== true) || person === undefined) return 'expected --agent, or --role and --person';
  return undefined;
}

/** One line, as it stands on the record and in lists. */
const REASON = /^[^\p{Cc}]{3,500}$/u;
const LONGEST_BREAK_GLASS: Milliseconds = 3_600_000;

function breakGlassMisuse({ breakGlass, reason, role, group, place }: MintOptions, ttl: Milliseconds): string | undefined {
  if (breakGlass !== true) return reason === undefined ? undefined : 'Found --reason, expected it with --break-glass alone';
  const beside = Object.entries({ role, group, place }).find(([, value]) => value !== undefined);
  if (beside !== undefined) return `Found --${beside[0]} beside --break-glass, which makes an admin of everything`;
  if (!REASON.test(reason ?? '')) return 'expected --reason with --break-glass: one line of 3 to 500 characters';
  return ttl > LONGEST_BREAK_GLASS ? '--ttl: expected at most 1h for --break-glass' : undefined;
}

function orderOf(options: MintOptions, ttl: Milliseconds, { policy, tables }: LocalSetup): Result<LocalOrder, string> {
  const { agent, person, group: groups = [], place: places = [], breakGlass, reason } = options;
  const role = breakGlass === true ? 'admin' : options.role;
  if (role === undefined || person === undefined) {
    const declared = policy.policy.agents.some(({ attributes }) => attributes.agent === agent);
    return declared ? ok({ agent: agent as AgentId, ttl }) : fail(`the policy declares no agent "${agent}"`);
  }
  const name = parsePerson(person);
  if (!name.ok) return fail(`--person: ${name.failure}`);
  const { unknown } = scopePlaces(places, policy.policy, tables.world);
  if (unknown.length > 0) return fail(`--place: Found "${unknown[0]}", expected a country or a set such as eu`);
  const order = { person: name.value, assignment: { role, groups, places }, ttl };
  return ok(breakGlass === true && reason !== undefined ? { ...order, breakGlass: reason } : order);
}

async function list(context: CommandContext): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const opened = await openTokenStore(loaded.value.settings);
  if (!opened.ok) return give(context, EXIT.failed, opened.failure);
  await using store = opened.value;
  const ofAgents = await store.tokens.list();
  if (!ofAgents.ok) return give(context, EXIT.failed, ofAgents.failure.detail);
  const ofPeople = await store.personTokens.list();
  if (!ofPeople.ok) return give(context, EXIT.failed, ofPeople.failure.detail);
  const items = [...ofAgents.value, ...ofPeople.value].map((token) => tokenItem(token, systemClock.now()));
  answer(context, { items }, () =>
    columns([
      ['ID', 'FOR', 'ROLE', 'STATE', 'EXPIRES', 'MINTED BY'],
      ...items.map(({ id, agent, person, role, state, expiresAt, mintedBy, breakGlass }) => [
        id,
        agent ?? person ?? '',
        breakGlass === undefined ? (role ?? 'agent') : `${role} (break-glass)`,
        state,
        expiresAt,
        mintedBy ?? '',
      ]),
    ]),
  );
  return EXIT.ok;
}

async function revoke(context: CommandContext, text: string): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const id = publicId(text);
  const revoked = await revokeLocally(loaded.value.settings, id);
  if (!revoked.ok) return give(context, EXIT.failed, revoked.failure);
  if (!revoked.value) return give(context, EXIT.negative, `there is no token ${id}`);
  answer(context, { id, state: 'revoked' }, () => [`revoked ${id}`]);
  return EXIT.ok;
}

/** A whole token is taken too: whoever revokes one often has nothing else at hand. */
function publicId(text: string): TokenId {
  return (/^cd[np]_([0-9a-f]+)\./.exec(text)?.[1] ?? text) as TokenId;
}
