/**
 * What `cordon run` and the gateway beside it say to each other, a JSON text in each line: an order, its answer, an end, and the
 * answer to that. Both are of one installation.
 */
import { join } from 'node:path';
import type { TokenId } from '../../core/ids.ts';
import type { Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { ReachedProxy } from './local-proxy.ts';

/** Somebody on this machine wants to run a command as an agent. */
export interface RunOrder {
  readonly agent: string;
  /** How long its token is valid at most. */
  readonly ttl: Milliseconds;
  /** Its bytes are carried to the gateway out of a network of its own. */
  readonly isIsolated: boolean;
  /** `local:<user>`: whoever reaches the socket could write the store as well. */
  readonly by: string;
}

/** What the command needs. */
export interface RunLeave {
  readonly proxy: ReachedProxy;
  /** Absent: the gateway knows the agent by its source. */
  readonly token?: { readonly id: TokenId; readonly text: string };
  readonly ca: { readonly certificateFile: string; readonly certificatePem: string };
  /** Files and directories of the gateway that an agent has no business in, absolute. */
  readonly secretPaths: readonly string[];
}

/** Why a command is not let run, as a sentence: `usage` where the order or the policy is at fault. */
export interface RunRefusal {
  readonly kind: 'usage' | 'failed';
  readonly sentence: string;
}

export type RunAnswer = Result<RunLeave, RunRefusal>;

/** The command has ended, and its token is to end. */
export const RUN_ENDED = 'ended';

/** Whether it is over, or a sentence. */
export type RunEnd = Result<true, string>;

/** In characters. Longer lines are not of this program: the longest names every file of a large policy. */
export const LONGEST_LINE = 1024 * 1024;

/** In a directory of its own, which its owner alone may enter: the gateway's, in its data directory. */
export function runSocketDirectory(dataDirectory: string): string {
  return join(dataDirectory, 'runs');
}

export const RUN_SOCKET = 'run.sock';
