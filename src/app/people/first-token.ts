import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure } from '../../core/codes.ts';
import type { RecordAdmin } from '../../core/people/admin-entry.ts';
import type { PersonTokenStore } from '../../core/people/person-token.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { mintPersonToken, parsePersonToken } from '../../identity/people/person-token.ts';
import { verifyToken } from '../../identity/verify-token.ts';
import { localActor } from './local-actor.ts';
import { mintedEntry } from './token-entries.ts';

/** Long enough to open a console or to mint a token for a person. */
const LIFETIME: Milliseconds = 3_600_000;

export interface FirstTokenParts {
  readonly personTokens: PersonTokenStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly record: RecordAdmin;
  /** Of the data. */
  readonly directory: string;
}

/** Where the first token lies when there is no terminal to print it on. */
export function firstTokenFile(directory: string): string {
  return join(directory, 'admin-token');
}

/**
 * At the very first start, when there was never a token of a person: one for who started the gateway, which opens one session
 * or mints one token within the hour. Undefined at every later start.
 * @failure store_unavailable | audit_unavailable
 */
export async function makeFirstToken(parts: FirstTokenParts): Promise<Result<string | undefined, Failure>> {
  const { personTokens, clock, random, record } = parts;
  const known = await personTokens.list();
  if (!known.ok) return known;
  if (known.value.length > 0) return ok(undefined);
  const assignment = { role: 'admin', groups: [], places: [] } as const;
  const order = { person: localActor(), assignment, mintedBy: 'cordon', ttl: LIFETIME, once: true };
  const { text, token, secretHash } = mintPersonToken(order, random, clock);
  const recorded = await record(mintedEntry(token, 'cordon'));
  if (!recorded.ok) return recorded;
  const inserted = await personTokens.insertFirst(token, secretHash);
  if (!inserted.ok) return inserted;
  return ok(inserted.value ? text : undefined);
}

/** Keeps the token in a file that its owner alone can read. */
export async function keepFirstToken(directory: string, text: string): Promise<void> {
  const file = firstTokenFile(directory);
  await rm(file, { force: true });
  await writeFile(file, `${text}\n`, { mode: 0o600, flag: 'wx' });
}

/** Removes the file once what is in it serves for nothing any more: it was used, revoked, or has expired. */
export async function dropFirstToken({
  directory,
  personTokens,
  clock,
}: Pick<FirstTokenParts, 'directory' | 'personTokens' | 'clock'>): Promise<void> {
  const file = firstTokenFile(directory);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const presented = text === undefined ? undefined : parsePersonToken(text.trim());
  if (presented === undefined) return;
  const stored = presented.ok ? await personTokens.find(presented.value.id) : undefined;
  // A store that does not answer says nothing about the token.
  if (stored?.ok === false) return;
  const isGood = presented.ok && stored !== undefined && verifyToken(presented.value, stored.value, clock.now()).ok;
  if (!isGood) await rm(file, { force: true });
}
