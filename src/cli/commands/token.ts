import type { Command } from 'commander';
import { systemClock, systemRandom } from '../../app/system.ts';
import type { AgentId, TokenId } from '../../core/ids.ts';
import type { AgentToken } from '../../core/ports.ts';
import { parseDuration } from '../../core/units.ts';
import { mintAgentToken } from '../../identity/agent-token.ts';
import { answer, type CommandContext, give, settingsFor, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { localSetup } from '../local/local-setup.ts';
import { columns } from '../terminal.ts';
import { openTokenStore } from '../local/token-store.ts';

interface MintOptions {
  readonly agent?: string;
  readonly role?: string;
  readonly ttl: string;
}

/** `cordon token mint|list|revoke` */
export function addTokenCommands(program: Command, run: Run): void {
  const token = program.command('token').description('tokens by which agents are known');
  token
    .command('mint')
    .description('makes a token and prints only it')
    .option('--agent <id>', 'agent it stands for')
    .option('--role <role>', 'role of a person (later version)')
    .option('--ttl <duration>', 'how long it is valid', '1h')
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

async function mint(context: CommandContext, { agent, role, ttl }: MintOptions): Promise<ExitCode> {
  if (role !== undefined) return give(context, EXIT.usage, 'tokens of people (--role) come with a later version');
  if (agent === undefined) return give(context, EXIT.usage, 'expected --agent with the id of an agent');
  const lifetime = parseDuration(ttl);
  if (!lifetime.ok) return give(context, EXIT.usage, `--ttl: ${lifetime.failure}`);
  if (lifetime.value === 0) return give(context, EXIT.usage, '--ttl: Found 0, expected a duration that lasts');
  const setup = await localSetup(context);
  if (!setup.ok) return setup.failure;
  const { settings, policy } = setup.value;
  const declared = policy.policy.agents.some(({ attributes }) => attributes.agent === agent);
  if (!declared) return give(context, EXIT.usage, `the policy declares no agent "${agent}"`);
  const opened = await openTokenStore(settings);
  if (!opened.ok) return give(context, EXIT.failed, opened.failure);
  await using store = opened.value;
  const minted = mintAgentToken(systemRandom, agent as AgentId, systemClock, lifetime.value);
  const inserted = await store.tokens.insert(minted.token, minted.secretHash);
  if (!inserted.ok) return give(context, EXIT.failed, inserted.failure.detail);
  answer(context, { token: minted.text, ...shown(minted.token) }, () => [minted.text]);
  return EXIT.ok;
}

async function list(context: CommandContext): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const opened = await openTokenStore(loaded.value.settings);
  if (!opened.ok) return give(context, EXIT.failed, opened.failure);
  await using store = opened.value;
  const tokens = await store.tokens.list();
  if (!tokens.ok) return give(context, EXIT.failed, tokens.failure.detail);
  const items = tokens.value.map(shown);
  answer(context, { items }, () =>
    columns([
      ['ID', 'AGENT', 'STATE', 'EXPIRES'],
      ...items.map(({ id, agent, state, expiresAt }) => [id, agent, state, expiresAt]),
    ]),
  );
  return EXIT.ok;
}

async function revoke(context: CommandContext, text: string): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const opened = await openTokenStore(loaded.value.settings);
  if (!opened.ok) return give(context, EXIT.failed, opened.failure);
  await using store = opened.value;
  const id = publicId(text);
  const revoked = await store.tokens.revoke(id, systemClock.now());
  if (!revoked.ok) return give(context, EXIT.failed, revoked.failure.detail);
  if (!revoked.value) return give(context, EXIT.negative, `there is no token ${id}`);
  answer(context, { id, state: 'revoked' }, () => [`revoked ${id}`]);
  return EXIT.ok;
}

/** A whole token is taken too: whoever revokes one often has nothing else at hand. */
function publicId(text: string): TokenId {
  return (/^cdn_([0-9a-f]+)\./.exec(text)?.[1] ?? text) as TokenId;
}

function shown(token: AgentToken): { id: string; agent: string; state: string; createdAt: string; expiresAt: string } {
  const { id, agent, createdAt, expiresAt, revokedAt } = token;
  const ended = systemClock.now() < expiresAt ? 'valid' : 'expired';
  return {
    id,
    agent,
    state: revokedAt === undefined ? ended : 'revoked',
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}
