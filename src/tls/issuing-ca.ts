import { constants, generateKeyPairSync } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Host } from '../core/address.ts';
import type { Failure } from '../core/codes.ts';
import type { Clock, Random } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Instant, Milliseconds } from '../core/units.ts';
import { settleRotation } from './ca-rotation.ts';
import { caFilesIn, ensureCaFiles, readCaFiles, type CaFiles } from './ca-files.ts';
import { buildLeafCertificate } from './certificate.ts';
import { pem } from './der.ts';
import { readIssuer, type IssuerPair } from './issuer.ts';
import { LeafCache, type Leaf } from './leaf-cache.ts';

const HOUR: Milliseconds = 3_600_000;
const LEAF_LIFETIME: Milliseconds = 7 * 24 * HOUR;
/** Clients whose clock runs late still accept a fresh leaf. */
const BACKDATE: Milliseconds = HOUR;
/** A leaf is renewed when this share of its life is over. */
const RENEW_AFTER = 0.8;

/** The interception CA of this installation, as the rest of the gateway sees it; its key stays inside. */
export interface IssuingCa {
  /** What agents are told to trust: certificates only, PEM. */
  readonly certificatePem: string;
  /** Where that certificate lies, for banners and `cordon env`. */
  readonly certificateFile: string;
  /** SHA-256 of the issuing certificate, upper-case hex with colons. */
  readonly fingerprint: string;
  /** The same of that certificate and of those that lead from it to its anchor. */
  readonly chain: readonly string[];
  /** The same of all that agents are told to trust. */
  readonly published: readonly string[];
  readonly notAfter: Instant;
  /**
   * What a TLS server for `host` needs. All contexts of a process share one leaf key; each has session ticket keys of its
   * own, so that a ticket is good for one host only.
   *
   * @failure malformed_request when the host is not canonical | internal_error when the CA has expired
   */
  leafContext(host: Host): Result<SecureContext, Failure>;
  /**
   * Takes a rotation as far as its time has come, and reads the files anew. What cannot be used changes nothing.
   * @returns whether another CA issues, or others are published
   * @failure a sentence naming the file
   */
  renew(): Promise<Result<boolean, string>>;
}

export interface IssuingCaOptions {
  /** The data directory; an own CA lives in `ca/` below it. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  /** `tls.ca` of the settings: used instead of an own CA, never written. */
  readonly settings?: CaFiles;
}

/**
 * The interception CA, made at first start.
 *
 * @failure a sentence for the operator, naming the file and what would mend it: unreadable, readable by others, not a pair,
 * no CA, expired
 */
export async function openIssuingCa(options: IssuingCaOptions): Promise<Result<IssuingCa, string>> {
  const files = options.settings ?? caFilesIn(options.directory);
  if (options.settings === undefined) {
    const ensured = await ensureCaFiles(options.directory, options.clock, options.random);
    if (!ensured.ok) return ensured;
  }
  const first = await loadCa(files, options);
  if (!first.ok) return first;
  let current = first.value;
  return ok({
    get certificatePem() {
      return current.pair.certificatePem;
    },
    certificateFile: files.certificate,
    get fingerprint() {
      return current.pair.certificate.fingerprint256;
    },
    get chain() {
      return current.pair.chain;
    },
    get published() {
      return current.pair.published;
    },
    get notAfter() {
      return current.pair.validity.notAfter;
    },
    leafContext: (host) => current.leaves.context(host),
    async renew() {
      // What operators give is shared by replicas: it changes with a start, which compares it.
      if (options.settings !== undefined) return ok(false);
      const loaded = await loadCa(files, options, current);
      if (!loaded.ok) return loaded;
      const isNews = loaded.value !== current;
      current = loaded.value;
      return ok(isNews);
    },
  });
}

interface LoadedCa {
  readonly texts: { readonly certificate: string; readonly key: string };
  readonly pair: IssuerPair;
  readonly leaves: LeafCache;
}

/** @param known what was loaded before; the same where the files are */
async function loadCa(files: CaFiles, options: IssuingCaOptions, known?: LoadedCa): Promise<Result<LoadedCa, string>> {
  const { clock, random, directory } = options;
  if (options.settings === undefined) {
    const settled = await settleRotation(directory, clock.now());
    if (!settled.ok) return settled;
  }
  const texts = await readCaFiles(files);
  if (!texts.ok) return texts;
  if (known !== undefined && isDeepStrictEqual(texts.value, known.texts)) return ok(known);
  const pair = readIssuer(texts.value.certificate, texts.value.key, clock.now());
  if (!pair.ok) return fail(`${files.certificate} with ${files.key}: ${pair.failure}`);
  return ok({ texts: texts.value, pair: pair.value, leaves: new LeafCache(leafIssuer(pair.value, clock, random), clock) });
}

function leafIssuer(ca: IssuerPair, clock: Clock, random: Random): (host: Host) => Result<Leaf, Failure> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const publicKeyInfo = publicKey.export({ type: 'spki', format: 'der' });
  const chainPem = ca.intermediates.map((certificate) => certificate.toString()).join('');
  return (host) => {
    const now = clock.now();
    const notBefore = Math.max(now - BACKDATE, ca.validity.notBefore);
    const notAfter = Math.min(notBefore + LEAF_LIFETIME, ca.validity.notAfter);
    if (now >= notAfter) return fail(outsideValidity(ca, now));
    const certificate = buildLeafCertificate({
      host,
      serial: random.bytes(16),
      validity: { notBefore, notAfter },
      publicKey: publicKeyInfo,
      issuer: ca.issuer,
    });
    if (!certificate.ok) return fail({ code: 'malformed_request', detail: certificate.failure });
    return ok({
      context: serverContext(keyPem, pem('CERTIFICATE', certificate.value) + chainPem),
      notBefore,
      renewAt: now + (notAfter - now) * RENEW_AFTER,
    });
  };
}

function outsideValidity(ca: IssuerPair, now: Instant): Failure {
  const end = new Date(ca.validity.notAfter).toISOString();
  return { code: 'internal_error', detail: `Found an interception CA valid until ${end} at ${new Date(now).toISOString()}` };
}

/** TLS 1.2 or 1.3, no renegotiation (TLS-13), and no early data: OpenSSL servers accept none unless told to. */
function serverContext(key: string | Buffer, cert: string): SecureContext {
  return createSecureContext({
    key,
    cert,
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
  });
}
