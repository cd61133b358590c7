import type { Command } from 'commander';
import type { Settings } from '../../config/settings-schema.ts';
import type { IpAddress } from '../../core/address.ts';
import type { AgentDeclaration } from '../../core/agent.ts';
import type { AgentId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseLifetime } from '../../core/people/lifetime.ts';
import { acceptsToken, AgentIndex } from '../../identity/agent-index.ts';
import { agentEnvironment } from '../environment/agent-environment.ts';
import { declaredAgent, localProxy, unknowable } from '../../app/local-runs/local-proxy.ts';
import { answer, type CommandContext, give, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { localSetup } from '../local/local-setup.ts';
import { mintLocally } from '../local/local-minting.ts';
import { shellExports } from '../environment/shell-text.ts';
import { trustFiles } from '../environment/trust-files.ts';
import { openCa } from './ca.ts';

interface EnvOptions {
  readonly agent: string;
  readonly token?: string;
  readonly ttl: string;
}

/** `cordon env --agent ID` */
export function addEnvCommand(program: Command, run: Run): void {
  program
    .command('env')
    .description('variables that send the programs of a shell through the gateway: eval "$(cordon env --agent ID)"')
    .requiredOption('--agent <id>', 'agent that the programs are')
    .option('--token <token>', 'token to use (default: one is made where the agent needs one)')
    .option('--ttl <duration>', 'how long a made token is valid', '1h')
    .action((options: EnvOptions) => run((context) => envOrNothing(context, options)));
}

/** `eval ""` succeeds, and the shell would go on without the gateway: a failure is printed as one, too. */
async function envOrNothing(context: CommandContext, options: EnvOptions): Promise<ExitCode> {
  const code = await env(context, options);
  if (code !== EXIT.ok && context.options.json !== true) context.terminal.out('false');
  return code;
}

async function env(context: CommandContext, options: EnvOptions): Promise<ExitCode> {
  const setup = await localSetup(context);
  if (!setup.ok) return setup.failure;
  const { settings, policy } = setup.value;
  const proxy = localProxy(settings);
  if (!proxy.ok) return give(context, EXIT.usage, proxy.failure);
  const need = tokenNeed(policy.policy.agents, options.agent, proxy.value.source);
  if (!need.ok) return give(context, EXIT.usage, need.failure);
  const token = need.value === 'none' && options.token === undefined ? ok(undefined) : await tokenFor(options, settings);
  if (!token.ok) return give(context, EXIT.failed, token.failure);
  const ca = await openCa(settings);
  if (!ca.ok) return give(context, EXIT.failed, ca.failure);
  const trust = await trustFiles(ca.value, settings.data.directory);
  if (!trust.ok) return give(context, EXIT.failed, trust.failure);
  const credentials = token.value === undefined ? {} : { credentials: { agent: options.agent, token: token.value } };
  const variables = agentEnvironment({ proxy: proxy.value, trust: trust.value, ...credentials });
  answer(context, Object.fromEntries(variables), () => shellExports(variables));
  if (token.value !== undefined) {
    give(
      context,
      EXIT.ok,
      'Java takes no proxy credentials from its environment: a Java program needs an Authenticator of its own',
    );
  }
  return EXIT.ok;
}

/** Whether the agent is known by where it is, or has to show a token. */
function tokenNeed(agents: readonly AgentDeclaration[], id: string, source: IpAddress): Result<'none' | 'token', string> {
  const agent = declaredAgent(agents, id);
  if (!agent.ok) return agent;
  const shown = { source, names: [] };
  const match = new AgentIndex(agents).byConnection(shown);
  if (typeof match === 'object' && match.agent === agent.value) return ok('none');
  if (acceptsToken(agent.value, shown)) return ok('token');
  return fail(unknowable(id, source));
}

async function tokenFor({ agent, token, ttl }: EnvOptions, settings: Settings): Promise<Result<string, string>> {
  if (token !== undefined)
    return /^[A-Za-z0-9._-]+$/.test(token) ? ok(token) : fail('--token: Found characters that no token has');
  const lifetime = parseLifetime(ttl);
  if (!lifetime.ok) return fail(`--ttl: ${lifetime.failure}`);
  const minted = await mintLocally(settings, { agent: agent as AgentId, ttl: lifetime.value });
  return minted.ok ? ok(minted.value.text) : minted;
}
