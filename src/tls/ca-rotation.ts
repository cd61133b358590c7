import { X509Certificate } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock, Random } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Instant, Milliseconds } from '../core/units.ts';
import { caFilesIn, ensureCaFiles, replaceDurably, syncDirectory, writePair } from './ca-files.ts';

/**
 * How long the old CA stays published after the new one issues: processes look once in a second, and one that still issues with the old
 * one must not meet an agent that trusts the new one alone.
 */
const KEPT_AFTER: Milliseconds = 60_000;

/** A CA that takes the place of the one in use. */
export interface NextCa {
  readonly certificatePem: string;
  /** SHA-256, upper-case hex with colons. */
  readonly fingerprint: string;
  /** From here on it issues. */
  readonly from: Instant;
}

/**
 * Makes a new CA in `<data>/ca/next`, in one step, and publishes it beside the one in use, which issues until `from`.
 * @failure a sentence: another one is about to take its place already, or the file system refuses
 */
export async function beginRotation(
  dataDirectory: string,
  from: Instant,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<Result<NextCa, string>> {
  const ensured = await ensureCaFiles(dataDirectory, clock, random);
  if (!ensured.ok) return ensured;
  const settled = await settleRotation(dataDirectory, clock.now());
  if (!settled.ok) return settled;
  if (settled.value !== undefined) {
    const { fingerprint, from: then } = settled.value;
    return fail(`Found a rotation that is under way: ${fingerprint} issues from ${new Date(then).toISOString()} on`);
  }
  const { next, directory } = placesIn(dataDirectory);
  const draft = join(directory, `.next-${Buffer.from(random.bytes(8)).toString('hex')}`);
  try {
    await writePair(draft, clock, random);
    await writeFile(join(draft, FROM_FILE), `${new Date(from).toISOString()}\n`, { flush: true });
    await syncDirectory(draft);
    await rename(draft, next.directory);
    await syncDirectory(directory);
  } catch (error) {
    return fail(`The new interception CA cannot be made in ${next.directory}: ${(error as Error).message}`);
  } finally {
    await rm(draft, { recursive: true, force: true }).catch(() => {});
  }
  const begun = await settleRotation(dataDirectory, clock.now());
  if (!begun.ok) return begun;
  return begun.value === undefined ? fail(`${next.directory} vanished while it was made`) : ok(begun.value);
}

/**
 * Takes a rotation as far as its time has come: the new certificate beside the old one; then the key, in one step; then the new
 * certificate alone. Each step leaves files that work, and may be done again by whoever comes next, at the same time as well.
 * @returns the CA that is about to take over, or has but for the old certificate; undefined: none
 * @failure a sentence naming the file
 */
export async function settleRotation(dataDirectory: string, now: Instant): Promise<Result<NextCa | undefined, string>> {
  const { directory, certificate, key, next } = placesIn(dataDirectory);
  try {
    const found = await readNext(dataDirectory);
    if (found === undefined) return ok(undefined);
    const published = await readFile(certificate, 'utf8');
    if (!published.includes(found.certificatePem.trim())) {
      await replaceDurably(certificate, `${published.trimEnd()}\n${found.certificatePem}`, 0o644);
    }
    if (now < found.from) return ok(found);
    await unlessGone(rename(next.key, key));
    await syncDirectory(directory);
    if (now < found.from + KEPT_AFTER) return ok(found);
    await replaceDurably(certificate, found.certificatePem, 0o644);
    const over = join(directory, `.over-${found.fingerprint.replaceAll(':', '').slice(0, 16)}`);
    await unlessGone(rename(next.directory, over));
    await rm(over, { recursive: true, force: true });
    return ok(undefined);
  } catch (error) {
    return fail(`The interception CA cannot be changed in ${directory}: ${(error as Error).message}`);
  }
}

const FROM_FILE = 'from';

function placesIn(dataDirectory: string) {
  const files = caFilesIn(dataDirectory);
  const directory = dirname(files.key);
  const next = join(directory, 'next');
  const nextFiles = {
    directory: next,
    key: join(next, 'ca.key'),
    certificate: join(next, 'ca.pem'),
    from: join(next, FROM_FILE),
  };
  return { ...files, directory, next: nextFiles };
}

/** Undefined where nothing takes the place of the CA in use. Rejects where what is there cannot be read. */
async function readNext(dataDirectory: string): Promise<NextCa | undefined> {
  const { next } = placesIn(dataDirectory);
  const there = await readdir(next.directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (there === undefined) return undefined;
  const certificatePem = await readFile(next.certificate, 'utf8');
  const from = Date.parse((await readFile(next.from, 'utf8')).trim());
  if (Number.isNaN(from)) throw new Error(`${next.from}: Found no time, expected one such as 2026-11-27T12:00:00.000Z`);
  return { certificatePem, fingerprint: new X509Certificate(certificatePem).fingerprint256, from };
}

/** Another process was first. */
async function unlessGone(step: Promise<void>): Promise<void> {
  await step.catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}
