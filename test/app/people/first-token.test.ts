import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  dropFirstToken,
  type FirstTokenParts,
  firstTokenFile,
  keepFirstToken,
  makeFirstToken,
} from '../../../src/app/people/first-token.ts';
import type { AdminEntry } from '../../../src/core/people/admin-entry.ts';
import { fail, ok } from '../../../src/core/result.ts';
import { parsePersonToken } from '../../../src/identity/people/person-token.ts';
import { createPersonTokenRepository } from '../../../src/store/people/person-token-repository.ts';
import { databaseIn, temporaryDirectory } from '../../store/fixtures.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';

const HOUR = 3_600_000;

async function start() {
  const directory = temporaryDirectory();
  const clock = new ManualClock('2026-11-22T10:00:00Z');
  const { db } = await databaseIn(directory, { clock });
  const entries: AdminEntry[] = [];
  const parts: FirstTokenParts = {
    personTokens: createPersonTokenRepository(db),
    clock,
    random: MACHINE_RANDOM,
    record: (entry) => {
      entries.push(entry);
      return Promise.resolve(ok(undefined));
    },
    directory,
  };
  return { parts, clock, entries };
}

const textOf = (made: Awaited<ReturnType<typeof makeFirstToken>>): string => (made.ok ? (made.value ?? '') : '');

describe('makeFirstToken()', () => {
  it('makes one for an admin, for one use and an hour, on the record; and never another', async () => {
    const { parts, clock, entries } = await start();
    const text = textOf(await makeFirstToken(parts));
    const presented = parsePersonToken(text);
    expect(presented.ok).toBe(true);
    expect(await parts.personTokens.list()).toMatchObject({
      value: [{ role: 'admin', once: true, mintedBy: 'cordon', expiresAt: clock.now() + HOUR, groups: [], places: [] }],
    });
    expect(entries).toMatchObject([{ by: 'cordon', action: 'token.minted' }]);
    clock.advance(2 * HOUR);
    expect(await makeFirstToken(parts)).toEqual({ ok: true, value: undefined });
    expect(entries).toHaveLength(1);
  });

  it('makes none that cannot be recorded', async () => {
    const { parts } = await start();
    const full = () => Promise.resolve(fail({ code: 'audit_unavailable', detail: 'No room' } as const));
    expect(await makeFirstToken({ ...parts, record: full })).toMatchObject({ ok: false });
    expect(await parts.personTokens.list()).toEqual({ ok: true, value: [] });
  });
});

describe('keepFirstToken() and dropFirstToken()', () => {
  it('keep it for its owner alone until it is used', async () => {
    const { parts, clock } = await start();
    const text = textOf(await makeFirstToken(parts));
    await keepFirstToken(parts.directory, text);
    const file = firstTokenFile(parts.directory);
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual([`${text}\n`, 0o600]);
    await dropFirstToken(parts);
    expect(existsSync(file)).toBe(true);
    const presented = parsePersonToken(text);
    if (presented.ok) await parts.personTokens.use(presented.value.id, clock.now());
    await dropFirstToken(parts);
    expect(existsSync(file)).toBe(false);
  });

  it('keep it no longer than it is good', async () => {
    const { parts, clock } = await start();
    await keepFirstToken(parts.directory, textOf(await makeFirstToken(parts)));
    clock.advance(HOUR);
    await dropFirstToken(parts);
    expect(existsSync(firstTokenFile(parts.directory))).toBe(false);
  });

  it('keep it while the store does not answer', async () => {
    const { parts } = await start();
    await keepFirstToken(parts.directory, textOf(await makeFirstToken(parts)));
    const down = () => Promise.resolve(fail({ code: 'store_unavailable', detail: 'Down' } as const));
    await dropFirstToken({ ...parts, personTokens: { ...parts.personTokens, find: down } });
    expect(existsSync(firstTokenFile(parts.directory))).toBe(true);
  });
});
