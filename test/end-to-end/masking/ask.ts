import { expect } from 'vitest';
import type { Gateway } from '../../support/gateway.ts';
import type { Lab } from '../../support/lab.ts';
import type { RawResponse } from '../../support/raw-client.ts';
import type { Script } from '../../support/origin.ts';

/** Values that no rule lets out: a card, an IBAN, an AWS key and an e-mail address, all of them specimens. */
export const CARD = '4111111111111111';
export const IBAN = 'DE89370400440532013000';
export const AWS_KEY = 'AKIAIOSFODNN7EXAMPL3';
export const EMAIL = 'anna.schmidt@example.org';
export const VALUES: readonly string[] = [CARD, IBAN, AWS_KEY, EMAIL];

export interface Asked {
  readonly method?: string;
  /** Path and query. */
  readonly target?: string;
  /** Field lines besides Host and framing. */
  readonly fields?: readonly string[];
  readonly content?: string | Uint8Array;
  /** In chunks, without Content-Length. */
  readonly isChunked?: boolean;
  readonly from?: string;
}

/** Sends one plain request to an origin of the laboratory through the proxy. */
export async function ask(lab: Lab, name: string, asked: Asked = {}): Promise<RawResponse> {
  const { method = 'POST', target = '/x', fields = [], content = '', isChunked = false } = asked;
  const authority = lab.authority(name);
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
  const framing = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${bytes.length}`;
  const lines = [`${method} http://${authority}${target} HTTP/1.1`, `Host: ${authority}`, ...fields];
  if (bytes.length > 0 || isChunked) lines.push(framing);
  await using client = await lab.connect(asked.from);
  client.send(`${lines.join('\r\n')}\r\n\r\n`);
  if (isChunked) client.send(chunksOf(bytes));
  else if (bytes.length > 0) client.send(bytes);
  return await client.response(method);
}

/** In pieces of seven bytes: most values are cut. */
function chunksOf(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 7) {
    const piece = bytes.subarray(at, at + 7);
    chunks.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
  }
  return Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')]);
}

/** Answers with the very content it got, in the media type it got it in. */
export const parrot: Script = ({ fields, content, connection }) => {
  const type = fields.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'text/plain';
  connection.socket.write(
    Buffer.concat([
      Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${content.length}\r\n\r\n`),
      content,
    ]),
  );
};

/** Asserts that none of these texts is in any file of the data directory, nor in what the process said. */
export async function expectNowhereInState(gateway: Gateway, values: readonly string[] = VALUES): Promise<void> {
  const written = await gateway.everythingWritten();
  expect(written).toContain('"kind":"decision"');
  expect(values.filter((value) => written.includes(Buffer.from(value).toString('latin1')))).toEqual([]);
}

/** The value of a field of a request as an origin got it. */
export function fieldOf(
  { fields }: { readonly fields: readonly (readonly [string, string])[] },
  name: string,
): string | undefined {
  return fields.find(([each]) => each.toLowerCase() === name)?.[1];
}
