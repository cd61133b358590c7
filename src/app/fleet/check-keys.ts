import { createHmac } from 'node:crypto';
import { hostname } from 'node:os';
import type { Settings } from '../../config/settings-schema.ts';
import type { Failure } from '../../core/codes.ts';
import type { Clock, Keys, Random } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { instantText } from '../../core/time-text.ts';
import type { SharedKey, SharedKeyStore } from '../../store/fleet/shared-key-store.ts';
import { KeyError } from '../../store/keys.ts';
import { whereKeyIs } from './installation-keys.ts';
import { recordKeys } from '../records/record-keys.ts';
import { recordStores } from '../records/stores/record-stores.ts';

/** What seals rows of the store, or is made of values that several replicas see. */
const SHARED_PURPOSES = ['approvals', 'hashes', 'index', 'vault', 'webhooks'];
const CA_NAME = 'interception-ca';

type KeySettings = Pick<Settings, 'data' | 'recordings'>;

export interface CheckParts {
  readonly store: SharedKeyStore;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly random: Random;
  readonly ca: TrustedCa;
}

/** A CA, as far as agents can tell: SHA-256 fingerprints, upper-case hex with colons. */
export interface TrustedCa {
  /** The issuing certificate, and those that lead from it to its anchor. */
  readonly chain: readonly string[];
  /** All that agents are told to trust. */
  readonly published: readonly string[];
  readonly certificateFile: string;
}

/** The purposes of the keys that replicas share under these settings; keys of the record that settings give are not among them. */
export function sharedPurposes(settings: KeySettings): readonly string[] {
  const wrapping = recordStores(settings).filter(({ given }) => given.key === undefined && given['key-file'] === undefined);
  return [...SHARED_PURPOSES, ...wrapping.map(({ keys }) => keys.wrapping)].sort();
}

/**
 * Whether this process has the keys and the CA of all others that use the database: with others it could not read what they wrote,
 * and their agents would not trust it.
 * @failure a sentence that names both, where they come from, and what mends it
 */
export async function checkKeys(settings: KeySettings, parts: CheckParts): Promise<Result<void, string>> {
  try {
    return await checkAll(settings, parts);
  } catch (error) {
    if (error instanceof KeyError) return fail(error.message);
    throw error;
  }
}

async function checkAll(settings: KeySettings, parts: CheckParts): Promise<Result<void, string>> {
  const said = { setBy: hostname(), setAt: parts.clock.now() };
  for (const purpose of SHARED_PURPOSES) {
    const value = digestOf(purpose, await parts.keys.key(purpose));
    const checked = await checkKey({ name: purpose, where: whereKeyIs(settings.data, purpose) }, [value], said, parts.store);
    if (!checked.ok) return checked;
  }
  for (const record of recordStores(settings)) {
    const { wrapping, former } = await recordKeys(settings, record, parts.random);
    const name = record.keys.wrapping;
    const values = [wrapping, ...former].map(({ id }) => id);
    const isGiven = record.given.key !== undefined || record.given['key-file'] !== undefined;
    const where = isGiven ? `${record.setting}.key` : whereKeyIs(settings.data, name);
    const checked = await checkKey({ name, where }, values, said, parts.store);
    if (!checked.ok) return checked;
  }
  return checkCa(parts.ca, said, parts.store);
}

/** Says nothing of the key: 64 of the bits that its holder alone can work out. */
function digestOf(purpose: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(`cordon shared key ${purpose}`).digest('hex').slice(0, 16);
}

type Said = Pick<SharedKey, 'setBy' | 'setAt'>;

/** @param values of the key in use, and then of those that were used before it */
async function checkKey(
  { name, where }: { readonly name: string; readonly where: string },
  values: readonly string[],
  said: Said,
  store: SharedKeyStore,
): Promise<Result<void, string>> {
  const mine = { ...said, value: values[0]! };
  const settled = await store.settle(name, mine);
  if (!settled.ok) return unavailable(settled.failure);
  const known = settled.value;
  if (known.value === mine.value) return ok(undefined);
  if (values.includes(known.value)) {
    const replaced = await store.replace(name, known, mine);
    if (!replaced.ok) return unavailable(replaced.failure);
    if (replaced.value) return ok(undefined);
  }
  return fail(
    `The key "${name}" is ${mine.value} here (${where}), and ${known.value} in the database (of ${saidText(known)}): neither side could read what the other wrote. Expected the keys of the fleet, as cordon keys export gives them where they are right, in data.keys-file`,
  );
}

/** One CA follows another where each side's agents already trust the other: both are published while it changes. */
async function checkCa(ca: TrustedCa, said: Said, store: SharedKeyStore): Promise<Result<void, string>> {
  const mine = { ...said, value: JSON.stringify([ca.chain, ca.published]) };
  const settled = await store.settle(CA_NAME, mine);
  if (!settled.ok) return unavailable(settled.failure);
  const known = settled.value;
  if (known.value === mine.value) return ok(undefined);
  const [chain, published] = JSON.parse(known.value) as [readonly string[], readonly string[]];
  const isTrusted = ca.chain.some((each) => published.includes(each)) && chain.some((each) => ca.published.includes(each));
  if (!isTrusted) {
    return fail(
      `The interception CA is ${ca.chain[0]} here (${ca.certificateFile}), and ${chain[0]} for the database (of ${saidText(known)}): agents that trust the one would refuse the other. Expected the CA of the fleet in tls.ca, or a certificate file with both while it changes`,
    );
  }
  const replaced = await store.replace(CA_NAME, known, mine);
  if (!replaced.ok) return unavailable(replaced.failure);
  // Another one was faster, with one that this one may or may not fit.
  return replaced.value ? ok(undefined) : checkCa(ca, said, store);
}

function saidText({ setBy, setAt }: SharedKey): string {
  return `${setBy}, ${instantText(setAt)}`;
}

function unavailable({ detail }: Failure): Result<never, string> {
  return fail(detail);
}
