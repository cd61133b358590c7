import type { Spool } from '../../core/ports.ts';
import type { Bytes } from '../../core/units.ts';
import type { TokenVault } from '../../core/vault/vault.ts';
import type { CodingMemory } from '../../transform/codings/coding-memory.ts';
import type { JurisdictionHashes } from '../../transform/masking/jurisdiction-hashes.ts';

/** What reading and changing content takes; shared by all exchanges. */
export interface ContentMeans {
  readonly vault: TokenVault;
  readonly hashes: JurisdictionHashes;
  readonly spool: Spool;
  /** Most content of one exchange in memory; beyond it goes to the spool (`limits.content-memory`). */
  readonly contentMemory: Bytes;
  /** What all exchanges may hold in memory; where there is no room left, content goes to the spool from its first byte. */
  readonly held: CodingMemory;
  /** For decoders and encoders. */
  readonly codings: CodingMemory;
}
