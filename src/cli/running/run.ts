import type { Command } from 'commander';
import { localActor } from '../../app/people/local-actor.ts';
import type { LoadedSettings } from '../../config/load-settings.ts';
import { parseLifetime } from '../../core/people/lifetime.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';
import { type CommandContext, give, type Run, settingsFor } from '../context.ts';
import { agentEnvironment } from '../environment/agent-environment.ts';
import { trustFiles } from '../environment/trust-files.ts';
import type { TrustFiles } from '../environment/trust-sources.ts';
import { EXIT } from '../exit-code.ts';
import { askDesk, type AdmittedRun } from './ask-desk.ts';
import { awaitCommand } from './await-command.ts';
import { commandEnvironment, sandboxEnvironment, secretVariables } from './command-environment.ts';
import { forward } from './forward.ts';
import { hiddenPaths } from './hidden-paths.ts';
import { PROXY_INSIDE, Sandbox, TRUST_INSIDE } from './sandbox.ts';
import { terminalWarning } from './shared-terminal.ts';
import { startCommand } from './start-command.ts';

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

async function runCommand(context: CommandContext, command: readonly string[], options: RunOptions): Promise<number> {
  const ttl = parseLifetime(options.ttl);
  if (!ttl.ok) return give(context, EXIT.usage, `--ttl: ${ttl.failure}`);
  const { env, cwd } = context.terminal;
  // Before anything is read: the namespaces are made meanwhile.
  const sandbox = options.isolation ? new Sandbox({ command, cwd, environment: sandboxEnvironment(env) }) : undefined;
  try {
    const prepared = await prepare(context, options, ttl.value);
    return prepared.ok ? await carryOut(context, { ...prepared.value, command, options, sandbox }) : prepared.failure;
  } finally {
    // Nothing, where the command has been in it and ended.
    sandbox?.abandon();
  }
}

/** Everything that is known before the command starts. */
interface Prepared {
  readonly loaded: LoadedSettings;
  readonly admitted: AdmittedRun;
  readonly trust: TrustFiles;
}

async function prepare(
  context: CommandContext,
  { agent, isolation: isIsolated }: RunOptions,
  ttl: Milliseconds,
): Promise<Result<Prepared, number>> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded;
  const { directory } = loaded.value.settings.data;
  const admitted = await askDesk(directory, { agent, ttl, isIsolated, by: localActor() });
  if (!admitted.ok) return fail(give(context, EXIT[admitted.failure.kind], admitted.failure.sentence));
  const trust = await trustFiles(admitted.value.leave.ca, directory);
  if (trust.ok) return ok({ loaded: loaded.value, admitted: admitted.value, trust: trust.value });
  await admitted.value.end();
  return fail(give(context, EXIT.failed, trust.failure));
}

interface Carried extends Prepared {
  readonly command: readonly string[];
  readonly options: RunOptions;
  readonly sandbox: Sandbox | undefined;
}

async function carryOut(context: CommandContext, carried: Carried): Promise<number> {
  const since: Instant = Date.now();
  try {
    const status =
      carried.sandbox === undefined ? await runOpenly(context, carried) : await runInside(context, carried, carried.sandbox);
    if (carried.options.report === true) await report(context, carried, since);
    return status;
  } finally {
    await endToken(context, carried);
  }
}

async function runInside(context: CommandContext, carried: Carried, sandbox: Sandbox): Promise<number> {
  const { settings, file } = carried.loaded;
  const { proxy, secretPaths } = carried.admitted.leave;
  if (process.getuid?.() === 0) {
    context.terminal.err(
      'cordon: warning: runs as root, whose files and devices the command can write: start it as an ordinary user',
    );
  }
  const shared = terminalWarning();
  if (shared !== undefined) context.terminal.err(`cordon: warning: ${shared}`);
  const own = [settings.data.directory, settings.rules, ...(file === undefined ? [] : [file])];
  const started = await sandbox.enter({
    trust: carried.trust,
    hidden: hiddenPaths([...own, ...secretPaths]),
    variables: variablesOf(carried, { proxy: PROXY_INSIDE, trust: TRUST_INSIDE }),
    dropped: secretVariables(settings),
  });
  if (!started.ok) return give(context, EXIT.failed, started.failure);
  using _ = forward(started.value.listening, proxy);
  return await awaitCommand({ child: started.value.child, depth: 2 });
}

async function runOpenly({ terminal }: CommandContext, carried: Carried): Promise<number> {
  const { command, loaded, admitted, trust } = carried;
  const variables = variablesOf(carried, { proxy: admitted.leave.proxy, trust });
  terminal.err('cordon: not isolated: a program that ignores the proxy variables is not judged, and can read what you can');
  const environment = commandEnvironment(terminal.env, variables, loaded.settings);
  return await awaitCommand({ child: startCommand({ command, cwd: terminal.cwd, environment }), depth: 0 });
}

function variablesOf(
  { admitted, options: { agent } }: Carried,
  way: Pick<Parameters<typeof agentEnvironment>[0], 'proxy' | 'trust'>,
): ReadonlyMap<string, string> {
  const { token } = admitted.leave;
  return agentEnvironment({ ...way, ...(token !== undefined && { credentials: { agent, token: token.text } }) });
}

/** What the gateway does not confirm is ended in the store. */
async function endToken(context: CommandContext, { loaded, admitted, options }: Carried): Promise<void> {
  if ((await admitted.end()) === 'ended' || admitted.leave.token === undefined) return;
  const { revokeLocally } = await import('../local/local-minting.ts');
  const revoked = await revokeLocally(loaded.settings, admitted.leave.token.id);
  if (revoked.ok) return;
  give(context, EXIT.failed, `the token is valid for ${options.ttl} and could not be revoked: ${revoked.failure}`);
}

/** On stderr: stdout is the command's. What cannot be told changes nothing about how the command ended. */
async function report(context: CommandContext, { loaded, admitted, options }: Carried, since: Instant): Promise<void> {
  // Reading the record and the policy takes as many modules as all else, and few ask for it.
  const [{ reportDenied }, { idsOf }, { localSetup }] = await Promise.all([
    import('./report-denied.ts'),
    import('../records/read-seen.ts'),
    import('../local/local-setup.ts'),
  ]);
  const setup = await localSetup(context);
  if (!setup.ok) return;
  const { proxy, token } = admitted.leave;
  const told = await reportDenied({
    settings: loaded.settings,
    gateway: { ...proxy, ...(token !== undefined && { credentials: `${options.agent}:${token.text}` }) },
    since,
    taken: idsOf(setup.value.policy.policy),
  });
  context.terminal.err(told.ok ? told.value : `cordon: what was denied cannot be told: ${told.failure}`);
}
