import { createHash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { OwnContent } from '../../egress/pinned-exchange.ts';

/** What is put into an object, with its digests. */
export interface S3Content extends OwnContent {
  /** Hex. */
  readonly sha256: string;
  /** Base64, as `Content-MD5` has it. */
  readonly md5: string;
}

/** A file that does not change any more. Rejects with what the operating system reports. */
export async function fileContent(path: string): Promise<S3Content> {
  const [sha256, md5] = [createHash('sha256'), createHash('md5')];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    sha256.update(chunk);
    md5.update(chunk);
  }
  const { size } = await stat(path);
  return { length: size, sha256: sha256.digest('hex'), md5: md5.digest('base64'), open: () => createReadStream(path) };
}

export function textContent(text: string): S3Content {
  async function* open(): AsyncGenerator<Uint8Array> {
    if (text !== '') yield Buffer.from(text);
  }
  return { length: Buffer.byteLength(text), sha256: hash('sha256', text), md5: hash('md5', text, 'base64'), open };
}

export const NO_CONTENT: S3Content = textContent('');
