import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { fail, ok, type Result } from '../../core/result.ts';
import { quoted, shellExports } from '../environment/shell-text.ts';
import type { TrustFiles } from '../environment/trust-sources.ts';
import type { Start } from './start-command.ts';

/** What is known when the command may start. */
export interface Entry {
  /** Copied to {@link TRUST_INSIDE}. */
  readonly trust: TrustFiles;
  /** Empty inside, none within another. */
  readonly hidden: readonly string[];
  /** Added to the environment. */
  readonly variables: ReadonlyMap<string, string>;
  /** Names of variables that are taken out of it. */
  readonly dropped: readonly string[];
}

/** Where the listener of every such namespace is (listen-inside.mjs). */
export const PROXY_INSIDE = { scheme: 'http', host: '127.0.0.1', port: 3128 } as const;

/** Where listen-inside.mjs puts the trust files. */
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

export interface SandboxStart extends Start {
  /** Nothing goes in, and what it says is nobody's. */
  readonly isQuiet?: boolean;
}

/**
 * Namespaces for one command (ADR 0023), which are made while this process finds out what the command is let do: neither waits
 * for the other. The command starts when it enters; left alone, they end without it.
 */
export class Sandbox {
  readonly #child: ChildProcess | undefined;
  readonly #listening: Promise<Server | undefined>;

  /** Two steps: the loopback belongs to the user namespace only if that is there before it. */
  constructor({ command, cwd, environment, isQuiet }: SandboxStart) {
    if (process.platform !== 'linux') {
      this.#listening = Promise.resolve(undefined);
      return;
    }
    const setup = [process.getuid?.(), process.getgid?.(), cwd, process.execPath, beside('listen-inside.mjs')].map(String);
    const steps = [
      'unshare',
      '--net',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      '--',
      'sh',
      beside('isolate.sh'),
      ...setup,
    ];
    steps.push(...FIXED, '--', ...command);
    const child = spawn('sh', ['-c', DEAF_UNSHARE, 'cordon', '--user', '--map-root-user', '--', ...steps], {
      cwd,
      env: environment,
      stdio: isQuiet === true ? ['ignore', 'ignore', 'ignore', 'ipc'] : ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    this.#child = child;
    this.#listening = handedOver(child);
  }

  /** @failure a sentence: the command was not started */
  async enter({ trust, hidden, variables, dropped }: Entry): Promise<Result<Isolated, string>> {
    const child = this.#child;
    if (child === undefined) return fail(`a command can be isolated on Linux alone, found ${process.platform}`);
    const listening = await this.#listening;
    if (listening === undefined) return fail(NOT_ISOLATED);
    const lines = [...hidden.map((path) => `hide ${quoted(path)}`), ...dropped.map((name) => `unset ${name}`)];
    const files = Object.entries(trust).map(([kind, from]) => [from, TRUST_INSIDE[kind as keyof TrustFiles]]);
    child.send({ trust: files, lines: `${[...lines, ...shellExports(variables)].join('\n')}\n` }, () => {});
    return ok({ child, listening });
  }

  /** Nobody enters. */
  abandon(): void {
    this.#child?.kill('SIGKILL');
  }
}

const NOT_ISOLATED =
  'the command cannot be isolated and was not started: the kernel has to permit user namespaces (sysctls kernel.unprivileged_userns_clone, ' +
  'user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns; a container needs leave for unshare and mount), and unshare, ' +
  'setpriv and mount of util-linux have to be there. --no-isolation runs it without';

/** The socket that comes from inside; undefined where the way there ended before. */
function handedOver(child: ChildProcess): Promise<Server | undefined> {
  return new Promise((resolve) => {
    child.once('message', (_message, handle) => resolve(handle instanceof Server ? handle : undefined));
    child.once('exit', () => resolve(undefined)).once('error', () => resolve(undefined));
  });
}
