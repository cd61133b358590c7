import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { AgentDeclaration } from '../../core/agent.ts';
import type { IpAddress } from '../../core/address.ts';
import type { AgentId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { AgentIndex } from '../../identity/agent-index.ts';
import { openCa } from '../commands/ca.ts';
import { answer, type CommandContext, give, type Run } from '../context.ts';
import { agentEnvironment } from '../environment/agent-environment.ts';
import { carriedProxy, type LocalProxy } from '../../app/local-runs/local-proxy.ts';
import { trustFiles } from '../environment/trust-files.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { mintLocally, revokeLocally } from '../local/local-minting.ts';
import { localSetup, type LocalSetup } from '../local/local-setup.ts';
import { commandEnvironment } from '../running/command-environment.ts';
import { runAs } from '../../app/local-runs/run-as.ts';
import type { Check } from './check.ts';
import { checkInstallation } from './check-installation.ts';
import { checkIsolation } from './check-isolation.ts';
import { checkRuntimes, type RuntimeReport } from './check-runtimes.ts';
import { doctorLines } from './doctor-lines.ts';
import { openNeighbour } from './neighbour.ts';

interface DoctorOptions {
  readonly agent?: string;
}

/** Long enough for everything that is tried. */
const TTL: Milliseconds = 10 * 60_000;

/** `cordon doctor` */
export function addDoctorCommand(program: Command, run: Run): void {
  program
    .command('doctor')
    .description(
      'proves that each runtime found here goes through the gateway and trusts its CA, by real calls that need no network beyond ' +
        'this machine; says what mends the rest. Ends with 1 when something fails',
    )
    .option('--agent <id>', 'agent to be (default: the one this machine is known as, or the only one)')
    .action((options: DoctorOptions) => run((context) => doctor(context, options)));
}

async function doctor(context: CommandContext, options: DoctorOptions): Promise<ExitCode> {
  const setup = await localSetup(context);
  if (!setup.ok) return setup.failure;
  const proxy = carriedProxy(setup.value.settings);
  if (!proxy.ok) return give(context, EXIT.usage, proxy.failure);
  const { agents } = setup.value.policy.policy;
  const agent = agentToBe(agents, options.agent, proxy.value.source);
  if (!agent.ok) return give(context, EXIT.usage, agent.failure);
  const known = runAs(agents, agent.value, { source: proxy.value.source, isIsolated: false });
  if (!known.ok) return give(context, EXIT.usage, known.failure);
  if (known.value === 'source') return await examine(context, { setup: setup.value, proxy: proxy.value, agent: agent.value });
  const minted = await mintLocally(setup.value.settings, { agent: agent.value as AgentId, ttl: TTL });
  if (!minted.ok) return give(context, EXIT.failed, minted.failure);
  const { text, token } = minted.value;
  try {
    return await examine(context, { setup: setup.value, proxy: proxy.value, agent: agent.value, token: text });
  } finally {
    const revoked = await revokeLocally(setup.value.settings, token.id);
    if (!revoked.ok) give(context, EXIT.failed, `the token of this examination is valid for 10 minutes: ${revoked.failure}`);
  }
}

/** Who was named; else who this machine is known as, else the only one there is. */
function agentToBe(agents: readonly AgentDeclaration[], named: string | undefined, source: IpAddress): Result<string, string> {
  if (named !== undefined) return ok(named);
  const match = new AgentIndex(agents).byConnection({ source, names: [] });
  if (typeof match === 'object') return ok(match.agent.attributes.agent);
  const [only, ...more] = agents;
  if (only !== undefined && more.length === 0) return ok(only.attributes.agent);
  return fail('expected --agent: the policy declares several agents, none of them known by the address of this machine');
}

interface Examined {
  readonly setup: LocalSetup;
  readonly proxy: LocalProxy;
  readonly agent: string;
  readonly token?: string;
}

async function examine(context: CommandContext, { setup, proxy, agent, token }: Examined): Promise<ExitCode> {
  const { settings } = setup;
  const ca = await openCa(settings);
  if (!ca.ok) return give(context, EXIT.failed, ca.failure);
  const trust = await trustFiles(ca.value, settings.data.directory);
  if (!trust.ok) return give(context, EXIT.failed, trust.failure);
  const credentials = token === undefined ? {} : { credentials: `${agent}:${token}` };
  const installation = await checkInstallation(setup, { ...proxy, agent, ...credentials });
  const variables = agentEnvironment({
    proxy,
    trust: trust.value,
    ...(token !== undefined && { credentials: { agent, token } }),
  });
  const environment = commandEnvironment(context.terminal.env, variables, settings);
  // Programs behind a gateway that is not there would all say the same.
  const isThere = installation.every(({ name, state }) => name !== 'gateway' || state === 'ok');
  const found = await withScratch(async (scratch) => {
    await using neighbour = await openNeighbour();
    const runtimes = isThere ? await checkRuntimes({ environment, scratch }, neighbour) : [];
    return { runtimes, isolation: await checkIsolation({ environment, scratch }, neighbour, trust.value) };
  });
  return conclude(context, agent, [...installation, found.isolation], found.runtimes);
}

async function withScratch<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'cordon-doctor-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function conclude(
  context: CommandContext,
  agent: string,
  checks: readonly Check[],
  runtimes: readonly RuntimeReport[],
): ExitCode {
  const all = [...checks, ...runtimes.flatMap((runtime) => runtime.checks)];
  const isWell = all.every(({ state }) => state !== 'failed');
  answer(context, { ok: isWell, agent, checks, runtimes }, () => doctorLines(context.terminal, checks, runtimes));
  return isWell ? EXIT.ok : EXIT.negative;
}
