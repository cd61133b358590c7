import type { Command } from 'commander';
import { systemClock } from '../../app/system.ts';
import type { LoadedSettings } from '../../config/load-settings.ts';
import type { AgentId, TokenId } from '../../core/ids.ts';
import { parseLifetime } from '../../core/people/lifetime.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';
import { openCa } from '../commands/ca.ts';
import { type CommandContext, give, type Run, settingsFor } from '../context.ts';
import { agentEnvironment } from '../environment/agent-environment.ts';
import { carriedProxy, localProxy, type LocalProxy } from '../environment/local-proxy.ts';
import { type TrustFiles, writeTrustFiles } from '../environment/trust-files.ts';
import { EXIT } from '../exit-code.ts';
import { mintLocally, revokeLocally } from '../local/local-minting.ts';
import { localPolicy, type LocalPolicy } from '../local/local-policy.ts';
import { localTables } from '../local/local-tables.ts';
import { awaitCommand } from './await-command.ts';
import { commandEnvironment } from './command-environment.ts';
import { forward, isListening } from './forward.ts';
import { hiddenPaths } from './hidden-paths.ts';
import { runAs } from './run-as.ts';
import { PROXY_INSIDE, startCommand, startIsolated, TRUST_INSIDE } from './start-command.ts';

interface RunOptions {
  readonly agent: string;
  /** commander's name of `--no-isolation`. */
  readonly isolation: boolean;
  readonly report?: boolean;
  readonly ttl: string;
}

/** `cordon run` */
export function addRunCommand(program: Command, run: Run): void {
  program
    .command('run')
    .description(
      'runs a command with the gateway as its only way out: a network of its own without routes, a token that ends with it, ' +
        'proxy and CA variables, nothing of the gateway to read. Ends as the command does',
    )
    .usage('--agent ID [options] -- CMD…')
    .requiredOption('--agent <id>', 'agent that the command is')
    .option('--no-isolation', 'asks by variables alone, which a program may ignore, and hides nothing')
    .option('--report', 'tells on stderr, when it has ended, what was denied, and the narrowest rules that would permit it')
    .option('--ttl <duration>', 'how long its token is valid at most', '1h')
    .argument('<command...>', 'command and its arguments, after --')
    .action((command: string[], options: RunOptions) => run((context) => runCommand(context, command, options)));
}

/** Everything that is known before the command starts. */
interface Prepared {
  readonly loaded: LoadedSettings;
  readonly policy: LocalPolicy;
  readonly proxy: LocalProxy;
  readonly trust: TrustFiles;
  readonly known: 'token' | 'source';
}

async function runCommand(context: CommandContext, command: readonly string[], options: RunOptions): Promise<number> {
  const ttl = parseLifetime(options.ttl);
  if (!ttl.ok) return give(context, EXIT.usage, `--ttl: ${ttl.failure}`);
  const prepared = await prepare(context, options);
  if (!prepared.ok) return prepared.failure;
  const token = await tokenOf(prepared.value, options.agent, ttl.value);
  if (!token.ok) return give(context, EXIT.failed, token.failure);
  try {
    const carried = { ...prepared.value, command, options, token: token.value?.text };
    const since = systemClock.now();
    const status = await carryOut(context, carried);
    if (options.report === true) await report(context, carried, since);
    return status;
  } finally {
    const { settings } = prepared.value.loaded;
    const revoked = token.value === undefined ? ok(true) : await revokeLocally(settings, token.value.id);
    if (!revoked.ok)
      give(context, EXIT.failed, `the token is valid for ${options.ttl} and could not be revoked: ${revoked.failure}`);
  }
}

async function prepare(context: CommandContext, options: RunOptions): Promise<Result<Prepared, number>> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded;
  const { settings } = loaded.value;
  const proxy = (options.isolation ? carriedProxy : localProxy)(settings);
  if (!proxy.ok) return fail(give(context, EXIT.usage, proxy.failure));
  if (!(await isListening(proxy.value))) {
    const where = `${proxy.value.host}:${proxy.value.port}`;
    return fail(give(context, EXIT.failed, `no gateway listens on ${where} (listen.proxy): start it with cordon serve`));
  }
  const tables = await localTables(context, settings);
  if (!tables.ok) return tables;
  const policy = await localPolicy(context, loaded.value, tables.value.world);
  if (!policy.ok) return policy;
  const { agents } = policy.value.policy;
  const known = runAs(agents, options.agent, { source: proxy.value.source, isIsolated: options.isolation });
  if (!known.ok) return fail(give(context, EXIT.usage, known.failure));
  const ca = await openCa(settings);
  if (!ca.ok) return fail(give(context, EXIT.failed, ca.failure));
  const trust = await writeTrustFiles(ca.value, settings.data.directory);
  if (!trust.ok) return fail(give(context, EXIT.failed, trust.failure));
  return ok({ loaded: loaded.value, policy: policy.value, proxy: proxy.value, trust: trust.value, known: known.value });
}

async function tokenOf(
  { loaded, known }: Prepared,
  agent: string,
  ttl: Milliseconds,
): Promise<Result<{ readonly text: string; readonly id: TokenId } | undefined, string>> {
  if (known === 'source') return ok(undefined);
  const minted = await mintLocally(loaded.settings, { agent: agent as AgentId, ttl });
  return minted.ok ? ok({ text: minted.value.text, id: minted.value.token.id }) : minted;
}

interface Carried extends Prepared {
  readonly command: readonly string[];
  readonly options: RunOptions;
  readonly token: string | undefined;
}

async function carryOut(context: CommandContext, carried: Carried): Promise<number> {
  const { terminal } = context;
  const isIsolated = carried.options.isolation;
  const { loaded, command, proxy, trust } = carried;
  const environment = environmentOf(context, carried);
  const start = { command, cwd: terminal.cwd, environment };
  if (!isIsolated) {
    terminal.err('cordon: not isolated: a program that ignores the proxy variables is not judged, and can read what you can');
    return await awaitCommand({ child: startCommand(start), depth: 0 });
  }
  if (process.getuid?.() === 0) {
    terminal.err('cordon: warning: runs as root, whose files and devices the command can write: start it as an ordinary user');
  }
  const started = await startIsolated(start, { trust, hidden: hiddenPaths(loaded, carried.policy) });
  if (!started.ok) return give(context, EXIT.failed, started.failure);
  using _ = forward(started.value.listening, proxy);
  return await awaitCommand({ child: started.value.child, depth: 2 });
}

/** On stderr: stdout is the command's. What cannot be told changes nothing about how the command ended. */
async function report({ terminal }: CommandContext, carried: Carried, since: Instant): Promise<void> {
  const { loaded, policy, proxy, options, token } = carried;
  // Reading the record takes as many modules as all else, and few ask for it.
  const [{ reportDenied }, { idsOf }] = await Promise.all([import('./report-denied.ts'), import('../records/read-seen.ts')]);
  const credentials = token === undefined ? {} : { credentials: `${options.agent}:${token}` };
  const told = await reportDenied({
    settings: loaded.settings,
    gateway: { host: proxy.host, port: proxy.port, ...credentials },
    since,
    taken: idsOf(policy.policy),
  });
  terminal.err(told.ok ? told.value : `cordon: what was denied cannot be told: ${told.failure}`);
}

function environmentOf(
  { terminal }: CommandContext,
  { loaded, options, proxy, trust, token }: Carried,
): Record<string, string> {
  const { agent, isolation: isIsolated } = options;
  const variables = agentEnvironment({
    ...(isIsolated ? { proxy: PROXY_INSIDE, trust: TRUST_INSIDE } : { proxy, trust }),
    ...(token !== undefined && { credentials: { agent, token } }),
  });
  return commandEnvironment(terminal.env, variables, { store: loaded.settings.store, isIsolated });
}
