import { parseCidr } from '../../../src/wire/address/cidr.ts';

/** A value of the MaxMind DB data section, as far as country databases use it. */
type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

interface MmdbOptions {
  readonly databaseType: string;
  readonly buildEpoch: Date;
  /** 4: IPv4 alone, as the `*-ipv4.mmdb` files are. Default 6: both. */
  readonly ipVersion?: 4 | 6;
  /** CIDR text → record. */
  readonly networks: Readonly<Record<string, Value>>;
}

interface Node {
  left?: Node | number;
  right?: Node | number;
}

/** The bytes of a small MaxMind DB (format 2.0, 24-bit records), for tests of what reads such files. */
export function mmdbFile({ databaseType, buildEpoch, ipVersion = 6, networks }: MmdbOptions): Buffer {
  const data: Buffer[] = [];
  let dataLength = 0;
  const root: Node = {};
  for (const [text, record] of Object.entries(networks)) {
    const encoded = encode(record);
    insert(root, bitsOf(text, ipVersion), dataLength);
    data.push(encoded);
    dataLength += encoded.length;
  }
  const { bytes: tree, count } = printTree(root);
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: Math.floor(buildEpoch.getTime() / 1000),
    database_type: databaseType,
    description: {},
    ip_version: ipVersion,
    languages: [],
    node_count: count,
    record_size: 24,
  });
  return Buffer.concat([tree, Buffer.alloc(16), ...data, Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'), metadata]);
}

function bitsOf(text: string, ipVersion: 4 | 6): number[] {
  const cidr = parseCidr(text);
  if (!cidr.ok) throw new Error(cidr.failure);
  const { address, prefixLength } = cidr.value;
  const words = address.family === 4 ? [address.bits] : address.bits;
  const bits = words.flatMap((word) => Array.from({ length: 32 }, (_, i) => (word >>> (31 - i)) & 1)).slice(0, prefixLength);
  return address.family === 4 && ipVersion === 6 ? [...Array<number>(96).fill(0), ...bits] : bits;
}

function insert(root: Node, bits: readonly number[], offset: number): void {
  let node = root;
  for (const [depth, bit] of bits.entries()) {
    const side = bit === 0 ? 'left' : 'right';
    if (depth === bits.length - 1) {
      node[side] = offset;
      return;
    }
    const next = node[side];
    if (typeof next === 'number') throw new Error('networks of a test database must not nest');
    node = node[side] = next ?? {};
  }
}

function printTree(root: Node): { bytes: Buffer; count: number } {
  const nodes: Node[] = [root];
  for (const node of nodes) {
    for (const child of [node.left, node.right]) if (typeof child === 'object') nodes.push(child);
  }
  const positions = new Map(nodes.map((node, i) => [node, i]));
  const record = (child: Node | number | undefined): number => {
    if (child === undefined) return nodes.length;
    return typeof child === 'number' ? nodes.length + 16 + child : positions.get(child)!;
  };
  const bytes = Buffer.alloc(nodes.length * 6);
  for (const [i, { left, right }] of nodes.entries()) {
    bytes.writeUIntBE(record(left), i * 6, 3);
    bytes.writeUIntBE(record(right), i * 6 + 3, 3);
  }
  return { bytes, count: nodes.length };
}

const EXTENDED = { array: 11 - 7, boolean: 14 - 7 } as const;

function encode(value: Value): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf8');
    if (text.length > 28) throw new Error('a test database holds short strings only');
    return Buffer.concat([Buffer.from([(2 << 5) | text.length]), text]);
  }
  if (typeof value === 'boolean') return Buffer.from([value ? 1 : 0, EXTENDED.boolean]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([Buffer.from([(6 << 5) | 4]), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([Buffer.from([value.length, EXTENDED.array]), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([
    Buffer.from([(7 << 5) | entries.length]),
    ...entries.flatMap(([key, each]) => [encode(key), encode(each)]),
  ]);
}
