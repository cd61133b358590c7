/**
 * A canonical IP address. Two spellings of one address give equal values; IPv4-mapped IPv6 is IPv4 here. Only
 * `wire/ip-address.ts` makes one from text.
 */
export type IpAddress = Ipv4Address | Ipv6Address;

export interface Ipv4Address {
  readonly family: 4;
  /** The 32 bits, unsigned. */
  readonly bits: number;
  /** Dotted quad. */
  readonly text: string;
}

export interface Ipv6Address {
  readonly family: 6;
  /** Four unsigned 32-bit words, most significant first. */
  readonly bits: readonly [number, number, number, number];
  /** RFC 5952 text. */
  readonly text: string;
}

/** A block of addresses, bits below the prefix length are zero. */
export interface Cidr {
  readonly address: IpAddress;
  readonly prefixLength: number;
  /** Canonical `address/length`. */
  readonly text: string;
}

/**
 * What kind of address it is, by the IANA special-purpose registries. Everything but `global` is refused unless a declared
 * internal destination lifts it, and only the classes that {@link LIFTABLE} names can be lifted.
 */
export type AddressClass =
  | 'global'
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'shared'
  | 'unique-local'
  | 'link-local'
  | 'metadata'
  | 'embedded-ipv4'
  | 'multicast'
  | 'documentation'
  | 'reserved';

/** Classes that `destinations[].internal` lifts (contract §4.1.7). */
export const LIFTABLE: ReadonlySet<AddressClass> = new Set(['loopback', 'private', 'shared', 'unique-local']);

/** A host as an exchange names it: a canonical lower-case DNS name without trailing dot, or an address. */
export type Host = { readonly kind: 'name'; readonly name: string } | { readonly kind: 'address'; readonly address: IpAddress };

/** Host and port; the port is always explicit. */
export interface Authority {
  readonly host: Host;
  /** 1..65535 */
  readonly port: number;
}

/** The host as it appears in a URI: IPv6 in brackets. */
export function hostText(host: Host): string {
  if (host.kind === 'name') return host.name;
  return host.address.family === 6 ? `[${host.address.text}]` : host.address.text;
}

export function authorityText(authority: Authority): string {
  return `${hostText(authority.host)}:${authority.port}`;
}

export function sameHost(a: Host, b: Host): boolean {
  return hostText(a) === hostText(b);
}
