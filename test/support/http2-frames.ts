import type { RawConnection } from './raw-client.ts';

/** One frame as it came (RFC 9113 §4.1). */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly content: Buffer;
}

export const FRAME = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  continuation: 9,
} as const;
export const FLAG = { endStream: 1, ack: 1, endHeaders: 4 } as const;

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** What a client sends first: the preface and empty settings. */
export function clientPreface(): Buffer {
  return Buffer.concat([Buffer.from(PREFACE, 'latin1'), frame(FRAME.settings, 0, 0)]);
}

export function frame(type: number, flags: number, stream: number, content: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(content.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, content]);
}

/** Field lines as literals that enter no table (RFC 7541 §6.2.2): no library tidies what stands in them. */
export function fieldBlock(lines: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(lines.flatMap(([name, value]) => [Buffer.of(0), hpackString(name), hpackString(value)]));
}

/** A request without content on one stream. */
export function headersFrame(
  stream: number,
  lines: readonly (readonly [string, string])[],
  flags: number = FLAG.endStream | FLAG.endHeaders,
): Buffer {
  return frame(FRAME.headers, flags, stream, fieldBlock(lines));
}

/** The next frame; rejects when the peer closes before. */
async function nextFrame(connection: RawConnection): Promise<Frame> {
  const head = await connection.bytes(9);
  const content = await connection.bytes(head.readUIntBE(0, 3));
  return { type: head.readUInt8(3), flags: head.readUInt8(4), stream: head.readUInt32BE(5) & 0x7fffffff, content };
}

/** Reads frames up to and including the first that `matches`. */
export async function frameThat(connection: RawConnection, matches: (found: Frame) => boolean): Promise<Frame> {
  for (;;) {
    const found = await nextFrame(connection);
    if (matches(found)) return found;
  }
}

function hpackString(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.length < 127) return Buffer.concat([Buffer.of(bytes.length), bytes]);
  // An integer beyond the 7-bit prefix (RFC 7541 §5.1).
  const rest: number[] = [];
  let left = bytes.length - 127;
  for (; left >= 128; left = Math.floor(left / 128)) rest.push((left % 128) + 128);
  return Buffer.concat([Buffer.of(127, ...rest, left), bytes]);
}
