import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { fail, ok, type Result } from '../../core/result.ts';
import type { TrustFiles } from '../environment/trust-files.ts';

/** What is run, and with what around it. */
export interface Start {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Nothing goes in, and what it says is nobody's. */
  readonly isQuiet?: boolean;
}

export interface Isolation {
  /** Copied to {@link TRUST_INSIDE}. */
  readonly trust: TrustFiles;
  /** Empty inside. */
  readonly hidden: readonly string[];
}

/** Where the listener of every such namespace is (listen-inside.mjs). */
export const PROXY_INSIDE = { scheme: 'http', host: '127.0.0.1', port: 3128 } as const;

/** Where isolate.sh puts the trust files. */
export const TRUST_INSIDE: TrustFiles = {
  ca: '/run/cordon-trust/ca.pem',
  bundle: '/run/cordon-trust/bundle.pem',
  javaTrustStore: '/run/cordon-trust/truststore.p12',
};

export interface Isolated {
  readonly child: ChildProcess;
  /** Belongs to the namespace of the command. */
  readonly listening: Server;
}

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What the gateway runs: whoever can write it is the operator (SECURITY.md). */
const FIXED = ['src', 'dist', 'scripts', 'node_modules', 'package.json']
  .map((name) => beside(`../../../${name}`))
  .filter((path) => existsSync(path));

/**
 * What a terminal sends to everything in the foreground is for the command. `unshare` would be ended by it, and the command with it,
 * or end by it afterwards instead of with the status of the command; isolate.sh has the command hear signals again.
 */
const DEAF_UNSHARE = 'trap "" HUP INT QUIT TERM USR1 USR2; exec unshare "$@"';

/** Starts a command as it is. */
export function startCommand({ command: [program = '', ...rest], cwd, environment }: Start): ChildProcess {
  return spawn(program, rest, { cwd, env: environment, stdio: 'inherit' });
}

/**
 * Starts a command in namespaces of its own (ADR 0023). Two steps: the loopback belongs to the user namespace only if that is
 * there before it.
 *
 * @failure a sentence: the command was not started
 */
export async function startIsolated(start: Start, { trust, hidden }: Isolation): Promise<Result<Isolated, string>> {
  if (process.platform !== 'linux') return fail(`a command can be isolated on Linux alone, found ${process.platform}`);
  const setup = [process.getuid?.(), process.getgid?.(), start.cwd, process.execPath, beside('listen-inside.mjs')].map(String);
  const steps = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--', 'sh', beside('isolate.sh'), ...setup];
  steps.push(trust.ca, trust.bundle, trust.javaTrustStore, ...hidden, '--', ...FIXED, '--', ...start.command);
  const child = spawn('sh', ['-c', DEAF_UNSHARE, 'cordon', '--user', '--map-root-user', '--', ...steps], {
    cwd: start.cwd,
    env: start.environment,
    stdio: start.isQuiet === true ? ['ignore', 'ignore', 'ignore', 'ipc'] : ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const listening = await handedOver(child);
  if (listening !== undefined) return ok({ child, listening });
  return fail(
    'the command cannot be isolated and was not started: the kernel has to permit user namespaces (sysctls kernel.unprivileged_userns_clone, ' +
      'user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns; a container needs leave for unshare and mount), and unshare, ' +
      'setpriv and mount of util-linux have to be there. --no-isolation runs it without',
  );
}

/** The socket that comes from inside; undefined where the way there ended before. */
function handedOver(child: ChildProcess): Promise<Server | undefined> {
  return new Promise((resolve) => {
    child.once('message', (_message, handle) => resolve(handle instanceof Server ? handle : undefined));
    child.once('exit', () => resolve(undefined)).once('error', () => resolve(undefined));
  });
}
