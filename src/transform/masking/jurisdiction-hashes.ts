import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** Digests under a key of the jurisdiction, so that hashes of two jurisdictions cannot be joined. */
export class JurisdictionHashes {
  readonly #installationKey: Uint8Array;
  /** By label of the home: as many as the policy has. */
  readonly #keys = new Map<string, KeyObject>();

  /** @param installationKey 32 bytes: `Keys.key('hashes')` */
  constructor(installationKey: Uint8Array) {
    this.#installationKey = installationKey;
  }

  /** HMAC-SHA-256 of a text under the key of this home (RFC 2104, RFC 5869). */
  digest(home: string, text: string): Uint8Array {
    return createHmac('sha256', this.#keyOf(home)).update(text).digest();
  }

  #keyOf(home: string): KeyObject {
    const known = this.#keys.get(home);
    if (known !== undefined) return known;
    const key = createSecretKey(Buffer.from(hkdfSync('sha256', this.#installationKey, home, 'cordon hashes v1', 32)));
    this.#keys.set(home, key);
    return key;
  }
}
