import { X509Certificate } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginRotation, type NextCa } from '../../src/tls/ca-rotation.ts';
import { type IssuingCa, openIssuingCa } from '../../src/tls/issuing-ca.ts';
import { MACHINE_RANDOM, ManualClock } from '../support/clock.ts';

const HOUR = 3_600_000;
let directory: string;
let clock: ManualClock;
let old: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cordon-ca-'));
  clock = new ManualClock('2026-11-22T12:00:00Z');
  old = (await open()).fingerprint;
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const random = MACHINE_RANDOM;
const file = (...path: readonly string[]): string => join(directory, 'ca', ...path);

async function open(): Promise<IssuingCa> {
  const opened = await openIssuingCa({ directory, clock, random });
  if (!opened.ok) throw new Error(opened.failure);
  return opened.value;
}

async function begin(): Promise<NextCa> {
  const begun = await beginRotation(directory, clock.now() + HOUR, { clock, random });
  if (!begun.ok) throw new Error(begun.failure);
  return begun.value;
}

const shown = ({ fingerprint, published }: IssuingCa) => ({ fingerprint, published });

describe('beginRotation()', () => {
  it('has both trusted at once, the old one issue until the time, and in the end the new one alone', async () => {
    const running = await open();
    const next = await begin();
    const both = [old, next.fingerprint];
    expect(await running.renew()).toEqual({ ok: true, value: true });
    expect(shown(running)).toEqual({ fingerprint: old, published: both });
    expect(await running.renew()).toEqual({ ok: true, value: false });
    clock.advance(HOUR - 1);
    expect(shown(await open()).fingerprint).toBe(old);
    clock.advance(1);
    expect(await running.renew()).toEqual({ ok: true, value: true });
    expect(shown(running)).toEqual({ fingerprint: next.fingerprint, published: both });
    clock.advance(60_000);
    expect(await running.renew()).toEqual({ ok: true, value: true });
    expect(shown(running)).toEqual({ fingerprint: next.fingerprint, published: [next.fingerprint] });
    expect((await readdir(file())).sort()).toEqual(['ca.key', 'ca.pem']);
    expect((await stat(file('ca.key'))).mode & 0o777).toBe(0o600);
    expect(new X509Certificate(await readFile(file('ca.pem'))).fingerprint256).toBe(next.fingerprint);
    // And once more.
    expect((await begin()).fingerprint).not.toBe(next.fingerprint);
  });

  it('refuses a second one beside the first', async () => {
    const { fingerprint } = await begin();
    const again = await beginRotation(directory, clock.now(), { clock, random });
    expect(again).toEqual({
      ok: false,
      failure: `Found a rotation that is under way: ${fingerprint} issues from 2026-11-22T13:00:00.000Z on`,
    });
  });

  it('goes on from wherever it was cut off', async () => {
    const before = await readFile(file('ca.pem'), 'utf8');
    const next = await begin();
    const both = await readFile(file('ca.pem'), 'utf8');
    const kept = await mkdtemp(join(tmpdir(), 'cordon-ca-'));
    await cp(file(), kept, { recursive: true });
    /** What lies there after a crash behind each step. */
    const crashes: Readonly<Record<string, () => Promise<void>>> = {
      'made, not published': () => writeFile(file('ca.pem'), before),
      published: () => writeFile(file('ca.pem'), both),
      'key in place': () => rename(file('next', 'ca.key'), file('ca.key')),
      'new certificate alone': async () => {
        await rename(file('next', 'ca.key'), file('ca.key'));
        await writeFile(file('ca.pem'), next.certificatePem);
      },
    };
    for (const [name, crash] of Object.entries(crashes)) {
      for (const later of [0, HOUR, HOUR + 60_000]) {
        await rm(file(), { recursive: true });
        await cp(kept, file(), { recursive: true });
        await crash();
        clock = new ManualClock(new Date(Date.parse('2026-11-22T12:00:00Z') + later).toISOString());
        const isOld = later === 0 && (name === 'published' || name.startsWith('made'));
        const ca = await open();
        expect([name, later, ca.fingerprint]).toEqual([name, later, isOld ? old : next.fingerprint]);
        expect(ca.published).toContain(next.fingerprint);
        expect(ca.published.includes(ca.fingerprint)).toBe(true);
        if (later > HOUR) expect((await readdir(file())).sort()).toEqual(['ca.key', 'ca.pem']);
      }
    }
    await rm(kept, { recursive: true });
  });

  it('is the same for many who look at the same time', async () => {
    const next = await begin();
    clock.advance(HOUR + 60_000);
    const all = await Promise.all(Array.from({ length: 8 }, () => open()));
    expect(new Set(all.map(({ fingerprint }) => fingerprint))).toEqual(new Set([next.fingerprint]));
    expect((await readdir(file())).sort()).toEqual(['ca.key', 'ca.pem']);
  });
});
