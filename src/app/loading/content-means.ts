import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Settings } from '../../config/settings-schema.ts';
import type { Clock, Keys, Random } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import type { ContentMeans } from '../../pipeline/content/content-means.ts';
import { openSpool } from '../../store/spool.ts';
import type { Schema } from '../../store/schema.ts';
import { createTokenVault } from '../../store/vault/token-vault.ts';
import { CodingMemory } from '../../transform/codings/coding-memory.ts';
import { JurisdictionHashes } from '../../transform/masking/jurisdiction-hashes.ts';

/** What the content of all exchanges may hold in memory while it is read or measured; beyond, it goes to the spool. */
const HELD_MEMORY: Bytes = 256 * 1024 * 1024;
/** What all decoders and encoders may take. */
const CODING_MEMORY: Bytes = 256 * 1024 * 1024;

/**
 * An agent gets half of the spool, so that whatever it has waiting, others can have something held; and always the largest
 * request that can be held (10 MiB), with what sealing adds.
 */
const LARGEST_HELD: Bytes = 11 * 1024 * 1024;

/**
 * What reading and masking content takes: the vault and the spool below the data directory, and bounds of memory.
 * @failure a sentence that names what cannot be used
 */
export async function openContentMeans(
  { data, limits }: Settings,
  parts: {
    readonly db: Kysely<Schema>;
    readonly keys: Keys;
    readonly clock: Clock;
    readonly random: Random;
    /** Number of the worker: a spool belongs to one process. */
    readonly worker?: number | undefined;
  },
): Promise<Result<ContentMeans, string>> {
  const { db, keys, clock, random, worker } = parts;
  try {
    const spool = await openSpool({
      directory: worker === undefined ? join(data.directory, 'spool') : join(data.directory, 'spool', String(worker)),
      key: await keys.key('spool'),
      limit: limits.spool,
      share: Math.max(limits.spool / 2, LARGEST_HELD),
      random,
    });
    return ok({
      vault: createTokenVault({ db, key: await keys.key('vault'), clock, random }),
      hashes: new JurisdictionHashes(await keys.key('hashes')),
      spool,
      contentMemory: limits['content-memory'],
      held: new CodingMemory(Math.max(HELD_MEMORY, limits['content-memory'])),
      codings: new CodingMemory(CODING_MEMORY),
    });
  } catch (error) {
    return fail(`data.directory: ${error instanceof Error ? error.message : String(error)}`);
  }
}
