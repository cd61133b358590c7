import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { BoundedMap } from '../../core/bounded-map.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes, Instant } from '../../core/units.ts';
import { isSignedBy } from './crl-signature.ts';
import { issuedAs, parseRevocationList, type RevocationList } from './revocation-list.ts';

/** Some hundred thousand revoked certificates. */
const MOST: Bytes = 8 * 1024 * 1024;
/** Authorities of clients, and lists of each. */
const MOST_ISSUERS = 1024;
const PEM_LIST = /-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]*)-----END X509 CRL-----/g;
const SEQUENCE = 0x30;

/** The revocation lists of one file. */
export class Revocations {
  /** The lists in PEM, for OpenSSL. */
  readonly crl: readonly string[];
  readonly #lists: readonly RevocationList[];
  /** Whether a list is signed by an issuer. */
  readonly #verified = new BoundedMap<string, boolean>(MOST_ISSUERS);

  /** @failure a sentence: there is no list in it, or one that cannot be read */
  static parse(bytes: Uint8Array): Result<Revocations, string> {
    const ders = bytes[0] === SEQUENCE ? [bytes] : dersIn(Buffer.from(bytes).toString('latin1'));
    if (ders.length === 0) return fail('found no certificate revocation list, expected one, in PEM or DER');
    const lists: RevocationList[] = [];
    for (const der of ders) {
      const list = parseRevocationList(der);
      if (!list.ok) return list;
      lists.push(list.value);
    }
    const crl = ders.map(pemOf);
    const problem = openSslProblem(crl);
    return problem === undefined ? ok(new Revocations(crl, lists)) : fail(problem);
  }

  private constructor(crl: readonly string[], lists: readonly RevocationList[]) {
    this.crl = crl;
    this.#lists = lists;
  }

  /**
   * Why a certificate counts no more; undefined where nothing says so.
   * @param chain in DER, as the handshake has verified it: itself, then those that vouch for it
   */
  problem(chain: readonly Uint8Array[], now: Instant): string | undefined {
    for (const [position, certificate] of chain.entries()) {
      const issued = issuedAs(certificate);
      // A root has issued itself.
      const issuer = chain[position + 1] ?? certificate;
      const named = this.#lists.filter((list) => list.issuer === issued?.issuer);
      const lists = named.filter((list) => this.#isOf(list, issuer) && list.thisUpdate <= now);
      if (issued === undefined || lists.length === 0) return 'there is no revocation list of its issuer';
      if (lists.some(({ revoked }) => revoked.has(issued.serial))) return 'it was revoked';
      const end = endOf(lists);
      if (end <= now) return `the revocation list of its issuer has ended (${textOf(end)})`;
    }
    return undefined;
  }

  /** Found out once: whatever runs is judged again and again. */
  #isOf(list: RevocationList, issuer: Uint8Array): boolean {
    const key = `${this.#lists.indexOf(list)} ${digestOf(issuer)}`;
    const known = this.#verified.get(key);
    if (known !== undefined) return known;
    const found = isSignedBy(list.signature, issuer);
    this.#verified.set(key, found);
    return found;
  }

  /** What is to be told of the lists: one that has ended, behind which no certificate of its issuer counts. */
  ended(now: Instant): string | undefined {
    const issuers = new Set(this.#lists.map(({ issuer }) => issuer));
    const ends = [...issuers].map((issuer) => endOf(this.#lists.filter((list) => list.issuer === issuer)));
    const passed = ends.find((end) => end <= now);
    return passed === undefined
      ? undefined
      : `found a revocation list that has ended (${textOf(passed)}), expected a current one`;
  }
}

/**
 * Reads the lists of a file.
 * @param known what it held before: the same again is not parsed again
 * @failure a sentence that names the file
 */
export async function readRevocations(path: string, known?: Revocations): Promise<Result<Revocations, string>> {
  try {
    // A pipe that nobody writes to would be waited for.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile() || found.size > MOST) return fail(`${path}: found no file of at most ${MOST} bytes`);
    const bytes = await file.readFile();
    const memo = known === undefined ? undefined : read.get(known);
    if (known !== undefined && memo?.equals(bytes) === true) return ok(known);
    const parsed = Revocations.parse(bytes);
    if (!parsed.ok) return fail(`${path}: ${parsed.failure}`);
    read.set(parsed.value, bytes);
    return parsed;
  } catch (error) {
    return fail(`${path}: ${(error as Error).message}`);
  }
}

/** The bytes that lists were read from. */
const read = new WeakMap<Revocations, Buffer>();

/** Of certificates in DER: those of a chain stay as long as its connection, and are asked about with each request. */
const digests = new WeakMap<Uint8Array, string>();

function digestOf(certificate: Uint8Array): string {
  const known = digests.get(certificate);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(certificate).digest('base64');
  digests.set(certificate, digest);
  return digest;
}

/** What OpenSSL has against them, before it is to judge handshakes by them. */
function openSslProblem(crl: readonly string[]): string | undefined {
  try {
    createSecureContext({ crl: [...crl] });
    return undefined;
  } catch (error) {
    return `found a revocation list that cannot be used: ${(error as Error).message}`;
  }
}

function dersIn(text: string): Buffer[] {
  return [...text.matchAll(PEM_LIST)].map(([, base64 = '']) => Buffer.from(base64, 'base64'));
}

function pemOf(der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').replaceAll(/.{64}/g, '$&\n');
  return `-----BEGIN X509 CRL-----\n${lines.trimEnd()}\n-----END X509 CRL-----\n`;
}

/** Of several lists of one issuer, the latest counts. */
function endOf(lists: readonly RevocationList[]): Instant {
  return Math.max(...lists.map(({ nextUpdate }) => nextUpdate));
}

function textOf(instant: Instant): string {
  return new Date(instant).toISOString();
}
