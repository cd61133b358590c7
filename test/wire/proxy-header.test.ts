import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpv6Words, ipv4 } from '../../src/wire/address/ip-address.ts';
import { readProxyHeader } from '../../src/wire/proxy-header.ts';

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const port = fc.nat(0xffff);
const word = fc.nat(0xffffffff);

const line = (text: string): Uint8Array => Buffer.from(text, 'latin1');

function version2(
  family: number,
  addresses: readonly number[],
  more: { command?: number; length?: number; tail?: number[] } = {},
) {
  const { command = 0x21, tail = [] } = more;
  const length = more.length ?? addresses.length + tail.length;
  return Uint8Array.from([...SIGNATURE, command, family, length >>> 8, length & 255, ...addresses, ...tail]);
}

const V4 = [192, 0, 2, 1, 198, 51, 100, 1, 0x30, 0x39, 0x01, 0xbb];

describe('readProxyHeader()', () => {
  it('reads the line of version 1', () => {
    const header = line('PROXY TCP4 192.0.2.1 198.51.100.1 12345 443\r\n');
    expect(readProxyHeader(header)).toMatchObject({
      kind: 'header',
      length: header.length,
      source: { address: { text: '192.0.2.1' }, port: 12345 },
    });
    expect(readProxyHeader(line('PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\nGET'))).toMatchObject({
      kind: 'header',
      length: 40,
      source: { address: { text: '2001:db8::1' }, port: 1 },
    });
    expect(readProxyHeader(line('PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n'))).toMatchObject({
      source: { address: { text: '192.0.2.1' } },
    });
    expect(readProxyHeader(line('PROXY UNKNOWN whatever comes\r\n'))).toEqual({ kind: 'header', length: 30 });
  });

  it('reads version 2, what balancers add included', () => {
    expect(readProxyHeader(version2(0x11, V4))).toMatchObject({
      length: 28,
      source: { address: { text: '192.0.2.1' }, port: 12345 },
    });
    expect(readProxyHeader(version2(0x11, V4, { tail: [4, 0, 1, 0] }))).toMatchObject({ length: 32 });
    expect(readProxyHeader(version2(0x00, []))).toEqual({ kind: 'header', length: 16 });
    // A health check: the addresses say nothing (LOCAL).
    expect(readProxyHeader(version2(0x11, V4, { command: 0x20 }))).toEqual({ kind: 'header', length: 28 });
  });

  it.each([
    ['another protocol', line('GET http://a.example/ HTTP/1.1\r\n')],
    ['small letters', line('proxy TCP4 192.0.2.1 198.51.100.1 1 2\r\n')],
    ['a line feed alone', line('PROXY TCP4 192.0.2.1 198.51.100.1 1 2\n')],
    ['a line without an end', line(`PROXY TCP4 ${'1'.repeat(101)}`)],
    ['an end that comes too late', line(`PROXY UNKNOWN ${'1'.repeat(100)}\r\n`)],
    ['another family', line('PROXY UDP4 192.0.2.1 198.51.100.1 1 2\r\n')],
    ['an address of the other family', line('PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n')],
    ['a name', line('PROXY TCP4 localhost 198.51.100.1 1 2\r\n')],
    ['an octal address', line('PROXY TCP4 010.0.0.1 198.51.100.1 1 2\r\n')],
    ['a port that is none', line('PROXY TCP4 192.0.2.1 198.51.100.1 65536 2\r\n')],
    ['a port with a zero in front', line('PROXY TCP4 192.0.2.1 198.51.100.1 01 2\r\n')],
    ['no destination', line('PROXY TCP4 192.0.2.1 1 2\r\n')],
    ['too many words', line('PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n')],
    ['version 3', version2(0x11, V4, { command: 0x31 })],
    ['another command', version2(0x11, V4, { command: 0x22 })],
    [
      'a Unix socket',
      version2(
        0x31,
        Array.from({ length: 216 }, () => 65),
      ),
    ],
    ['datagrams', version2(0x12, V4)],
    ['too few addresses', version2(0x11, V4.slice(0, 8))],
    ['a length beyond all need', version2(0x11, V4, { length: 4097 })],
  ])('refuses %s', (_, bytes) => {
    expect(readProxyHeader(bytes)).toMatchObject({ kind: 'invalid' });
  });

  it('needs more of every beginning, and reads the same whatever follows', () => {
    const headers = fc.oneof(
      fc
        .tuple(word, word, port, port)
        .map(([from, to, a, b]) => line(`PROXY TCP4 ${ipv4(from).text} ${ipv4(to).text} ${a} ${b}\r\n`)),
      fc
        .tuple(fc.tuple(word, word, word, word), port)
        .map(([from, a]) => line(`PROXY TCP6 ${formatIpv6Words(from)} ::1 ${a} 0\r\n`)),
      fc.uint8Array({ minLength: 12, maxLength: 12 }).map((addresses) => version2(0x11, [...addresses])),
      fc.uint8Array({ minLength: 36, maxLength: 60 }).map((addresses) => version2(0x21, [...addresses])),
    );
    fc.assert(
      fc.property(headers, fc.uint8Array({ maxLength: 40 }), (header, more) => {
        const read = readProxyHeader(header);
        expect(read).toMatchObject({ kind: 'header', length: header.length });
        for (let cut = 0; cut < header.length; cut++) {
          expect(readProxyHeader(header.subarray(0, cut))).toEqual({ kind: 'incomplete' });
        }
        expect(readProxyHeader(Buffer.concat([header, more]))).toEqual(read);
      }),
    );
  });

  it('reads any bytes without a throw, and asks for no more than its bounds', () => {
    const begun = fc.tuple(fc.constantFrom(SIGNATURE, [...line('PROXY ')], []), fc.uint8Array({ maxLength: 200 }));
    fc.assert(
      fc.property(begun, ([start, bytes]) => {
        expect(['incomplete', 'header', 'invalid']).toContain(readProxyHeader(Uint8Array.from([...start, ...bytes])).kind);
      }),
    );
    expect(
      readProxyHeader(
        version2(
          0x11,
          Array.from({ length: 4096 }, () => 0),
        ),
      ).kind,
    ).toBe('header');
  });
});
