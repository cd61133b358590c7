import { describe, expect, it } from 'vitest';
import { LIFTABLE, type AddressClass } from '../../../src/core/address.ts';
import { classify, isMetadataName } from '../../../src/wire/address/address-class.ts';
import { parseIpAddress } from '../../../src/wire/address/ip-address.ts';

function classOf(text: string): AddressClass {
  const address = parseIpAddress(text);
  if (!address.ok) throw new Error(address.failure);
  return classify(address.value);
}

const TABLE: readonly (readonly [id: string, addressClass: AddressClass, addresses: string[]])[] = [
  ['ADDR-06', 'unspecified', ['0.0.0.0', '::']],
  ['ADDR-07', 'loopback', ['127.0.0.1', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1', '::0001']],
  ['mapped', 'loopback', ['::ffff:127.0.0.1', '::ffff:7f00:1']],
  ['ADDR-10', 'embedded-ipv4', ['64:ff9b::a9fe:a9fe', '64:ff9b::808:808', '64:ff9b:1::1', '64:ff9b:1:ffff::8.8.8.8']],
  ['ADDR-11', 'embedded-ipv4', ['2002:7f00:1::', '2002:808:808::1']],
  ['ADDR-12', 'embedded-ipv4', ['2001:0:4136:e378:8000:63bf:3fff:fdd2']],
  [
    'compatible, translated, ISATAP',
    'embedded-ipv4',
    ['::2', '::8.8.8.8', '::7f00:1', '::ffff:0:808:808', '2a00::5efe:a00:1', 'fd00::200:5efe:a00:1'],
  ],
  ['ADDR-15', 'metadata', ['169.254.169.254', '169.254.170.2', '169.254.170.23', '100.100.100.200', '192.0.0.192']],
  [
    'ADDR-15',
    'metadata',
    [
      '168.63.129.16',
      'fd00:ec2::254',
      'fd00:ec2:0::23',
      'fd20:ce::254',
      'fd00:42::42',
      'fd00:100:0::100:200',
      'fd00:a9fe:a9fe::1',
      'fd00:c1::a9fe:a9fe',
      '::ffff:169.254.169.254',
    ],
  ],
  ['ADDR-16', 'shared', ['100.64.0.0', '100.64.0.1', '100.127.255.255']],
  ['ADDR-16', 'global', ['100.63.255.254', '100.128.0.1']],
  ['RFC 1918', 'private', ['10.0.0.0', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '::ffff:10.1.2.3']],
  ['RFC 1918', 'global', ['9.255.255.255', '11.0.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255', '192.169.0.0']],
  ['ADDR-18', 'unique-local', ['fc00::1', 'fdff::1']],
  ['ADDR-18', 'link-local', ['fe80::1', 'febf::1', '169.254.0.1', '169.254.169.253']],
  ['ADDR-18', 'reserved', ['fec0::1', 'feff::1']],
  ['registry', 'documentation', ['192.0.2.1', '198.51.100.255', '203.0.113.0', '2001:db8::1', '3fff:fff::1']],
  ['registry', 'multicast', ['224.0.0.1', '239.255.255.255', 'ff02::1', 'ffff::']],
  [
    'registry',
    'reserved',
    ['0.0.0.1', '192.0.0.8', '192.88.99.1', '198.18.0.1', '198.19.255.255', '240.0.0.1', '255.255.255.255'],
  ],
  ['registry', 'reserved', ['100::1', '2001:2::1', '2001:20::1', '5f00::1', '4000::1', '1::1', 'e000::1', '8000::']],
  ['neighbours', 'global', ['1.1.1.1', '8.8.8.8', '126.255.255.255', '128.0.0.1', '169.253.0.1', '169.255.0.1', '192.0.1.0']],
  [
    'neighbours',
    'global',
    ['198.17.255.255', '198.20.0.0', '223.255.255.255', '192.88.98.1', '203.0.112.255', '168.63.129.17'],
  ],
  ['neighbours', 'global', ['2000::1', '2001:200::1', '2001:db9::1', '2003::1', '2606:4700::1111', '3ffe::1', '3fff:1000::1']],
];

describe('classify', () => {
  for (const [id, addressClass, addresses] of TABLE) {
    it.each(addresses)(`classify() says ${addressClass} (${id}): %s`, (text) => {
      expect(classOf(text)).toBe(addressClass);
    });
  }

  it('classify() gives no liftable class to metadata, link-local and embedded forms (ADDR-15)', () => {
    for (const text of ['100.100.100.200', 'fd00:ec2::254', '169.254.1.1', 'fe80::1', '64:ff9b::a00:1', 'fd00::5efe:7f00:1']) {
      expect(LIFTABLE.has(classOf(text)), text).toBe(false);
    }
  });
});

describe('isMetadataName', () => {
  it.each([
    'metadata.google.internal',
    'metadata.goog',
    'metadata',
    'x.metadata.google.internal',
    'instance-data.ec2.internal',
  ])('isMetadataName() knows %s (ADDR-15)', (name) => expect(isMetadataName(name)).toBe(true));

  it.each(['metadata.example.com', 'xmetadata.goog', 'google.internal', 'evilmetadata.google.internal'])(
    'isMetadataName() leaves %s alone',
    (name) => expect(isMetadataName(name)).toBe(false),
  );
});
