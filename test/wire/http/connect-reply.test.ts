import { assert, property, uint8Array, array, nat, constantFrom } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONNECT_REPLY_LIMIT, ConnectReplyReader } from '../../../src/wire/http/connect-reply.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** What a reader says of these chunks: the first thing that it says. */
function read(...chunks: readonly Uint8Array[]): unknown {
  const reader = new ConnectReplyReader();
  for (const [index, chunk] of chunks.entries()) {
    const reply = reader.push(chunk);
    if (!reply.ok) return { failure: reply.failure };
    if (reply.value === undefined) continue;
    const rest = Buffer.concat([reply.value.rest, ...chunks.slice(index + 1)]);
    return { status: reply.value.status, rest: rest.toString('latin1') };
  }
  return 'more';
}

describe('ConnectReplyReader', () => {
  it.each([
    ['HTTP/1.1 200 Connection established\r\n\r\n', { status: 200, rest: '' }],
    ['HTTP/1.0 200\r\n\r\n', { status: 200, rest: '' }],
    // RFC 9110 §9.3.6: framing of a 2xx is ignored.
    ['HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello', { status: 200, rest: 'hello' }],
    ['HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n<html>', { status: 407, rest: '<html>' }],
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 \r\nA: b\r\n\r\nHTTP/1.1 204 Yes\r\n\r\nx', { status: 204, rest: 'x' }],
    ['HTTP/1.1 101 Switching\r\n\r\n', { status: 101, rest: '' }],
    ['HTTP/1.1 200 OK\r\n', 'more'],
    ['HT', 'more'],
  ])('reads %j', (text, expected) => {
    expect(read(bytes(text))).toEqual(expected);
  });

  it.each([
    ['what is no HTTP, at once', 'SSH-2.0-x'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['bare line feeds', 'HTTP/1.1 200 OK\n\n\r\n\r\n'],
    ['a status that is none', 'HTTP/1.1 0200 OK\r\n\r\n'],
    ['a status of two lines', 'HTTP/1.1 200 OK\rHTTP/1.1 403\r\n\r\n'],
    ['a folded field line', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n'],
    ['a field name with a space', 'HTTP/1.1 200 OK\r\nA : b\r\n\r\n'],
    ['garbage behind an interim answer', 'HTTP/1.1 100 \r\n\r\ngarbage'],
  ])('refuses %s', (_, text) => {
    expect(read(bytes(text))).toEqual({ failure: expect.stringMatching(/^Found /) as string });
  });

  it('ends a header section that does not, also one of many interim answers', () => {
    const endless = bytes(`HTTP/1.1 200 OK\r\nA: ${'a'.repeat(CONNECT_REPLY_LIMIT)}`);
    const interim = bytes('HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000));
    for (const text of [endless, interim]) {
      expect(read(text)).toEqual({ failure: expect.stringContaining(`more than ${CONNECT_REPLY_LIMIT} bytes`) as string });
    }
  });

  it('says the same however it arrives', () => {
    const heads = constantFrom(
      'HTTP/1.1 200 OK\r\n\r\n',
      'HTTP/1.1 100 \r\n\r\nHTTP/1.1 503 No\r\nA: b\r\n\r\n',
      'HTTP/1.1 x\r\n\r\n',
    );
    assert(
      property(heads, uint8Array({ maxLength: 40 }), array(nat(80)), (head, rest, cuts) => {
        const whole = Buffer.concat([bytes(head), rest]);
        const at = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).toSorted((a, b) => a - b), whole.length];
        const pieces = at.slice(1).map((end, index) => whole.subarray(at[index], end));
        expect(read(...pieces)).toEqual(read(whole));
      }),
    );
  });
});
