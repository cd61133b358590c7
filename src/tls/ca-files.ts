import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { chmod, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock, Random } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';
import { buildCaCertificate } from './certificate.ts';
import { pem } from './der.ts';
import { readPem } from './pem-file.ts';

const HOUR: Milliseconds = 3_600_000;
const DAY: Milliseconds = 24 * HOUR;
/** Long enough that trust stores are seldom touched, short enough that rotation stays a thing people can do. */
const CA_LIFETIME: Milliseconds = 5 * 365 * DAY;

const CERTIFICATE_FILE = 'ca.pem';
const KEY_FILE = 'ca.key';

export interface CaFiles {
  /** Where the certificate and the key lie. */
  readonly certificate: string;
  readonly key: string;
}

/** The CA's own files below the data directory. */
export function caFilesIn(dataDirectory: string): CaFiles {
  const directory = join(dataDirectory, 'ca');
  return { certificate: join(directory, CERTIFICATE_FILE), key: join(directory, KEY_FILE) };
}

/**
 * Makes a CA in `<data>/ca` if that directory is missing or empty; an existing one is left as it is.
 *
 * Certificate and key are written to a directory of their own, which then takes the final name in one step: no reader sees
 * half a pair, and of several processes that start at once one wins and the others use what it made.
 *
 * @failure a sentence, when the file system refuses
 */
export async function ensureCaFiles(dataDirectory: string, clock: Clock, random: Random): Promise<Result<void, string>> {
  const target = dirname(caFilesIn(dataDirectory).key);
  const draft = join(dataDirectory, `.ca-${Buffer.from(random.bytes(8)).toString('hex')}`);
  try {
    if (await exists(target, KEY_FILE, CERTIFICATE_FILE)) return ok(undefined);
    await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
    await writePair(draft, clock, random);
    await moveIntoPlace(draft, target);
    await syncDirectory(dataDirectory);
    return ok(undefined);
  } catch (error) {
    return fail(`The interception CA cannot be made in ${target}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    // Gone already when it took its place; a draft that cannot be removed is a key that nobody trusts.
    await rm(draft, { recursive: true, force: true }).catch(() => {});
  }
}

/** Whether one of the files is there. Half a pair counts: what is left of a CA is for a person to look at, not to replace. */
async function exists(directory: string, ...files: readonly string[]): Promise<boolean> {
  for (const file of files) {
    const found = await stat(join(directory, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (found !== undefined) return true;
  }
  return false;
}

/** Makes a new CA in a new directory. Rejects where the file system refuses. */
export async function writePair(directory: string, clock: Clock, random: Random): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = clock.now();
  const certificate = buildCaCertificate({
    commonName: `Cordon interception CA ${Buffer.from(random.bytes(4)).toString('hex')}`,
    key: privateKey,
    publicKey: publicKey.export({ type: 'spki', format: 'der' }),
    serial: random.bytes(16),
    validity: { notBefore: now - HOUR, notAfter: now + CA_LIFETIME },
  });
  await mkdir(directory, { mode: 0o700 });
  await writeDurably(join(directory, KEY_FILE), privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
  await writeDurably(join(directory, CERTIFICATE_FILE), pem('CERTIFICATE', certificate), 0o644);
  await syncDirectory(directory);
}

async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  await using file = await open(path, 'wx', mode);
  await file.writeFile(text);
  await file.sync();
  // The umask may have narrowed the mode; it never widens it.
  await chmod(path, mode);
}

/** Puts a text in place of what a file has, in one step. Rejects where the file system refuses. */
export async function replaceDurably(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${process.pid}.${randomUUID()}`;
  try {
    await writeDurably(draft, text, mode);
    await rename(draft, path);
    await syncDirectory(dirname(path));
  } finally {
    await rm(draft, { force: true });
  }
}

/** Has the disk keep the names in a directory. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r');
  await directory.sync();
}

async function moveIntoPlace(draft: string, target: string): Promise<void> {
  try {
    await rename(draft, target);
  } catch (error) {
    // Another process was first; its CA stands. An empty directory would have been replaced.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

/**
 * The text of both files, read only if nobody else can read the key (ESC-05).
 *
 * @failure a sentence naming the file, its mode and the mode expected
 */
export async function readCaFiles(files: CaFiles): Promise<Result<{ certificate: string; key: string }, string>> {
  const key = await readPem(files.key, 'the interception key');
  if (!key.ok) return key;
  const certificate = await readPem(files.certificate);
  if (!certificate.ok) return certificate;
  return ok({ certificate: certificate.value, key: key.value });
}
