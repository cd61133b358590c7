import { isIPv4, isIPv6 } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressFromBytes,
  compareAddresses,
  ipv4,
  ipv6,
  parseIpAddress,
  type Ipv6Words,
} from '../../../src/wire/address/ip-address.ts';

const word = fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0, 1, 0xffff, 0xffff0000, 0xffffffff));
const words = fc.tuple(word, word, word, word);

function parsed(text: string) {
  const result = parseIpAddress(text);
  if (!result.ok) throw new Error(result.failure);
  return result.value;
}

/** The 16 bytes of the words, network byte order. */
function bytesOf(value: Ipv6Words): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (const [i, bits] of value.entries()) view.setUint32(4 * i, bits);
  return bytes;
}

describe('parseIpAddress', () => {
  it.each(['0.0.0.0', '127.0.0.1', '8.8.8.8', '255.255.255.255', '100.64.0.1'])('parseIpAddress() reads %s', (text) => {
    expect(parsed(text)).toMatchObject({ family: 4, text });
  });

  it.each([
    ['ADDR-01', '2130706433'],
    ['ADDR-02', '0x7f000001'],
    ['ADDR-02', '0x7f.0.0.1'],
    ['ADDR-03', '0177.0.0.1'],
    ['ADDR-03', '012.1.2.3'],
    ['ADDR-03', '1.2.3.00'],
    ['ADDR-04', '127.1'],
    ['ADDR-04', '0'],
    ['ADDR-05', '256.256.256.256'],
    ['ADDR-05', '127.0.0.1.1'],
    ['ADDR-05', '4294967297'],
    ['ADDR-14', 'fe80::1%eth0'],
    ['ADDR-14', '::1%25lo'],
    ['full-width digits', '１27.0.0.1'],
    ['trailing dot', '1.2.3.4.'],
    ['leading dot', '.1.2.3.4'],
    ['empty octet', '1..2.3'],
    ['white space', ' 1.2.3.4'],
    ['NUL', '1.2.3.4\0'],
    ['sign', '+1.2.3.4'],
    ['brackets', '[::1]'],
    ['nothing', ''],
    ['two gaps', '1::2::3'],
    ['three colons', ':::'],
    ['nine groups', '1:2:3:4:5:6:7:8:9'],
    ['seven groups', '1:2:3:4:5:6:7'],
    ['a gap of nothing', '1:2:3:4::5:6:7:8'],
    ['five digits', '::00001'],
    ['one leading colon', ':1::'],
    ['quad not at the end', '::1.2.3.4:5'],
    ['quad before a gap', '1.2.3.4::'],
    ['octal in the tail', '::ffff:0177.0.0.1'],
    ['short tail', '::1.2.3'],
    ['eight groups and a tail', '1:2:3:4:5:6:7:1.2.3.4'],
  ])('parseIpAddress() refuses %s: %s', (_, text) => {
    expect(parseIpAddress(text).ok).toBe(false);
  });

  it.each([
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['::0001', '::1'],
    ['0000:0000:0000:0000:0000:0000:0000:0001', '::1'],
    ['::0.0.0.1', '::1'],
    ['::', '::'],
    ['2001:DB8::A', '2001:db8::a'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['64:ff9b::8.8.8.8', '64:ff9b::808:808'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ])('parseIpAddress() reads one address from every spelling (ADDR-07): %s', (text, canonical) => {
    expect(parsed(text)).toMatchObject({ family: 6, text: canonical });
  });

  it.each(['::ffff:8.8.8.8', '::FFFF:808:808', '0:0:0:0:0:ffff:8.8.8.8', '::ffff:0808:0808'])(
    'parseIpAddress() unmaps IPv4-mapped IPv6 (ADDR-09): %s',
    (text) => {
      expect(parsed(text)).toEqual(ipv4(0x08080808));
    },
  );

  it('parseIpAddress() cuts hostile text in its message', () => {
    const result = parseIpAddress(`\u202e\u001b${'9'.repeat(10_000)}`);
    const message = result.ok ? '' : result.failure;
    expect(message.length).toBeLessThan(250);
    expect(message).toMatch(/^[\x20-\x7e…]+$/);
  });

  it('parseIpAddress() agrees with net.isIP on dotted quads', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789.x '.split('')), maxLength: 16 });
    const quad = fc.array(fc.nat(300), { minLength: 3, maxLength: 5 }).map((octets) => octets.join('.'));
    fc.assert(fc.property(fc.oneof(digits, quad), (text) => parseIpAddress(text).ok === isIPv4(text)));
  });

  it('parseIpAddress() agrees with net.isIPv6 where that is strict', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'01fF:.:'.split('')), maxLength: 30 }),
      fc.array(fc.constantFrom('0', 'ffff', '1', '', ''), { minLength: 6, maxLength: 9 }).map((groups) => groups.join(':')),
      fc.ipV6(),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        expect(parseIpAddress(candidate).ok).toBe(isIPv6(candidate) || isIPv4(candidate));
      }),
      { numRuns: 500 },
    );
  });

  it('parseIpAddress() gives the text that WHATWG URL gives', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const address = parsed(text);
        if (address.family === 6) expect(`[${address.text}]`).toBe(new URL(`http://[${text}]/`).hostname);
      }),
    );
  });
});

describe('ipv6', () => {
  it('ipv6() text reads back to the same address', () => {
    fc.assert(
      fc.property(words, (value) => {
        expect(parsed(ipv6(value).text)).toEqual(ipv6(value));
      }),
    );
  });

  it('ipv6() takes negative words for their unsigned value', () => {
    expect(ipv6([-1, -1, -1, -1])).toEqual(ipv6([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff]));
  });
});

describe('addressFromBytes', () => {
  it('addressFromBytes() reads what the words say, also from a view into a larger buffer', () => {
    fc.assert(
      fc.property(words, fc.nat(7), (value, offset) => {
        const buffer = new Uint8Array(16 + offset);
        buffer.set(bytesOf(value), offset);
        expect(addressFromBytes(buffer.subarray(offset))).toEqual(ipv6(value));
        expect(addressFromBytes(buffer.subarray(offset, offset + 4))).toEqual(ipv4(value[0]));
      }),
    );
  });

  it('addressFromBytes() is undefined for other lengths', () => {
    for (const length of [0, 3, 5, 8, 15, 17]) expect(addressFromBytes(new Uint8Array(length))).toBeUndefined();
  });
});

describe('compareAddresses', () => {
  it('compareAddresses() orders by family, then by number', () => {
    const sorted = ['0.0.0.1', '9.0.0.0', '255.0.0.0', '::1', '1::', 'ff::', 'ff::ffff:ffff'].map(parsed);
    expect([...sorted].reverse().toSorted(compareAddresses)).toEqual(sorted);
  });

  it('compareAddresses() is 0 for equal addresses only and changes sign with its arguments', () => {
    const address = fc.oneof(word.map(ipv4), words.map(ipv6));
    fc.assert(
      fc.property(address, address, (a, b) => {
        expect(compareAddresses(a, b) === 0).toBe(a.text === b.text);
        expect(Math.sign(compareAddresses(a, b))).toBe(-Math.sign(compareAddresses(b, a)) + 0);
      }),
    );
  });
});
