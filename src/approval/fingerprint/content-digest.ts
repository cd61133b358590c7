import { createHmac, type Hmac, type KeyObject } from 'node:crypto';
import { boundaryOf, MultipartDigest } from './multipart-digest.ts';

/** What the content of a request is, for comparison. */
export interface ContentIdentity {
  /** `parts`: apart from the name of the boundary. `whole`: to the byte, and so is its Content-Type field. */
  readonly form: 'whole' | 'parts';
  /** Combined value of the Content-Type field, without the boundary in the form `parts`; null where there is none. */
  readonly mediaType: string | null;
  /** HMAC-SHA-256, base64url. */
  readonly digest: string;
}

/** Digests content as it passes, in memory that does not grow with it. */
export class ContentDigest {
  readonly #contentType: string | null;
  readonly #whole: Hmac;
  readonly #parts: { readonly digest: MultipartDigest; readonly mediaType: string } | undefined;

  /** @param contentType combined value of the field; undefined where there is none */
  constructor(key: KeyObject, contentType: string | undefined) {
    this.#contentType = contentType ?? null;
    this.#whole = createHmac('sha256', key);
    const found = contentType === undefined ? undefined : boundaryOf(contentType);
    if (found !== undefined) {
      this.#parts = { digest: new MultipartDigest(key, found.boundary), mediaType: found.mediaType };
    }
  }

  push(bytes: Uint8Array): void {
    this.#whole.update(bytes);
    this.#parts?.digest.push(bytes);
  }

  /** To be called once, behind the last byte. */
  finish(): ContentIdentity {
    const parts = this.#parts?.digest.finish();
    if (this.#parts === undefined || parts === undefined) {
      return { form: 'whole', mediaType: this.#contentType, digest: this.#whole.digest('base64url') };
    }
    return { form: 'parts', mediaType: this.#parts.mediaType, digest: Buffer.from(parts).toString('base64url') };
  }
}
