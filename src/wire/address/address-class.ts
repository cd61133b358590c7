import type { AddressClass, Cidr, IpAddress } from '../../core/address.ts';
import { Defect } from '../../core/defect.ts';
import { cidrContains, parseCidr } from './cidr.ts';

/** The class of an address. Everything that no registry row calls globally reachable is something else than `global`. */
export function classify(address: IpAddress): AddressClass {
  if (METADATA.has(address.text)) return 'metadata';
  if (address.family === 4) {
    const group = IPV4_BLOCKS[address.bits >>> 24];
    return group === undefined ? 'global' : firstMatch(group, address, 'global');
  }
  if (isIsatap(address.bits[2])) return 'embedded-ipv4';
  // Global unicast is 2000::/3 alone (RFC 4291 §2.4, IANA IPv6 address space); the rest is unassigned or special.
  const isGlobalUnicast = address.bits[0] >>> 29 === 1;
  return firstMatch(IPV6_BLOCKS, address, isGlobalUnicast ? 'global' : 'reserved');
}

/** Whether a canonical name is one under which a cloud answers with credentials of the machine. */
export function isMetadataName(name: string): boolean {
  return METADATA_NAMES.some((known) => name === known || name.endsWith(`.${known}`));
}

/**
 * Where clouds serve credentials to whoever asks. Other services in 169.254.0.0/16 need no row: link-local cannot be lifted
 * either. Unique-local and shared space can be, so the hosts in it have to be here.
 */
const METADATA: ReadonlySet<string> = new Set([
  '169.254.169.254', // AWS, Azure, GCP, OCI and most others
  '169.254.170.2', // AWS ECS task roles
  '169.254.170.23', // AWS EKS pod identity
  'fd00:ec2::254', // AWS
  'fd00:ec2::23', // AWS EKS pod identity
  '168.63.129.16', // Azure host channel
  'fd20:ce::254', // GCP
  '192.0.0.192', // OCI classic
  'fd00:c1::a9fe:a9fe', // OCI
  '100.100.100.200', // Alibaba Cloud
  'fd00:100::100:200', // Alibaba Cloud
  'fd00:42::42', // Scaleway
  'fd00:a9fe:a9fe::1', // Akamai
]);

const METADATA_NAMES: readonly string[] = [
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
];

type Row = readonly [block: string, addressClass: AddressClass];

/**
 * IANA IPv4 special-purpose address registry (RFC 6890). Two anycast hosts of 192.0.0.0/24 are globally reachable;
 * no origin is there, so the block stays whole.
 */
const IPV4_ROWS: readonly Row[] = [
  ['0.0.0.0/32', 'unspecified'],
  ['0.0.0.0/8', 'reserved'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', 'reserved'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'reserved'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
];

/** IANA IPv6 special-purpose address registry, and the forms that carry an IPv4 address. The first match counts. */
const IPV6_ROWS: readonly Row[] = [
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::/96', 'embedded-ipv4'], // IPv4-compatible, deprecated (RFC 4291 §2.5.5.1)
  ['::ffff:0:0:0/96', 'embedded-ipv4'], // IPv4-translated (RFC 2765 §2.1)
  ['64:ff9b::/96', 'embedded-ipv4'], // NAT64 well-known prefix (RFC 6052)
  ['64:ff9b:1::/48', 'embedded-ipv4'], // NAT64 local use (RFC 8215)
  ['2001::/32', 'embedded-ipv4'], // Teredo (RFC 4380)
  ['2001:db8::/32', 'documentation'],
  ['2001::/23', 'reserved'], // IETF protocol assignments; the reachable ones in it serve no origin
  ['2002::/16', 'embedded-ipv4'], // 6to4 (RFC 3056)
  ['3fff::/20', 'documentation'],
  ['fc00::/7', 'unique-local'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'reserved'], // site-local, deprecated (RFC 3879)
  ['ff00::/8', 'multicast'],
];

interface Block {
  readonly cidr: Cidr;
  readonly addressClass: AddressClass;
}

function compileRow([text, addressClass]: Row): Block {
  const cidr = parseCidr(text);
  if (!cidr.ok) throw new Defect(cidr.failure);
  return { cidr: cidr.value, addressClass };
}

const IPV6_BLOCKS: readonly Block[] = IPV6_ROWS.map(compileRow);

/** IPv4 blocks by first octet, so that an ordinary address costs one array read. */
const IPV4_BLOCKS: readonly (readonly Block[] | undefined)[] = groupByFirstOctet(IPV4_ROWS.map(compileRow));

function groupByFirstOctet(blocks: readonly Block[]): (Block[] | undefined)[] {
  const groups: (Block[] | undefined)[] = Array.from({ length: 256 });
  for (const block of blocks) {
    if (block.cidr.address.family !== 4) throw new Defect(`${block.cidr.text} stands in the IPv4 table`);
    const first = block.cidr.address.bits >>> 24;
    const octets = 2 ** Math.max(0, 8 - block.cidr.prefixLength);
    for (let octet = first; octet < first + octets; octet++) (groups[octet] ??= []).push(block);
  }
  return groups;
}

function firstMatch(blocks: readonly Block[], address: IpAddress, otherwise: AddressClass): AddressClass {
  for (const block of blocks) {
    if (cidrContains(block.cidr, address)) return block.addressClass;
  }
  return otherwise;
}

/** ISATAP interface identifiers carry an IPv4 address under any prefix (RFC 5214 §6.1). */
function isIsatap(upperInterfaceWord: number): boolean {
  return upperInterfaceWord === 0x00005efe || upperInterfaceWord === 0x02005efe;
}
