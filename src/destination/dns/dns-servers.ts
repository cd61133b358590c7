import type { IpAddress } from '../../core/address.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';

/** A recursive resolver that is asked over UDP and TCP (RFC 1035 §4.2). */
export interface DnsServer {
  readonly address: IpAddress;
  readonly port: number;
  /** `address:port`, IPv6 in brackets; for messages. */
  readonly text: string;
}

const DNS_PORT = 53;
/** More are never asked within one timeout. */
const MAX_SERVERS = 8;

/** The server that `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353` names; port 53 unless written. */
export function parseDnsServer(text: string): Result<DnsServer, string> {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text);
  const dotted = /^([\d.]+):(\d{1,5})$/.exec(text);
  const [host, portText] = bracketed ? [bracketed[1], bracketed[2]] : dotted ? [dotted[1], dotted[2]] : [text, undefined];
  const address = parseIpAddress(host ?? '');
  const port = portText === undefined ? DNS_PORT : Number(portText);
  if (!address.ok || port < 1 || port > 65_535) {
    return fail(`Found "${text}" as a DNS server, expected an address such as 9.9.9.9, 127.0.0.1:5353 or [::1]:53`);
  }
  const shown = address.value.family === 6 ? `[${address.value.text}]` : address.value.text;
  return ok({ address: address.value, port, text: `${shown}:${port}` });
}

/** The servers a setting lists, in order; the failure names the entry that is wrong. */
export function parseDnsServers(texts: readonly string[]): Result<readonly DnsServer[], string> {
  if (texts.length === 0 || texts.length > MAX_SERVERS) {
    return fail(`Found ${texts.length} DNS servers, expected 1 to ${MAX_SERVERS}`);
  }
  const servers: DnsServer[] = [];
  for (const text of texts) {
    const server = parseDnsServer(text);
    if (!server.ok) return server;
    servers.push(server.value);
  }
  return ok(servers);
}

/**
 * The servers that a resolv.conf names: its `nameserver` lines and nothing else. Search domains would turn one name into
 * others, and an address with a zone id cannot be written in canonical form, so both are left out.
 *
 * @source resolv.conf(5)
 */
export function serversOfResolvConf(text: string): Result<readonly DnsServer[], string> {
  const servers: DnsServer[] = [];
  for (const line of text.split('\n')) {
    const match = /^nameserver[ \t]+(\S+)/.exec(line);
    const server = match?.[1] === undefined ? undefined : parseIpAddress(match[1]);
    if (server?.ok !== true) continue;
    const parsed = parseDnsServer(server.value.text);
    if (parsed.ok && servers.length < MAX_SERVERS) servers.push(parsed.value);
  }
  return servers.length > 0
    ? ok(servers)
    : fail('Found no usable nameserver line in resolv.conf; name servers in resolver.servers');
}
