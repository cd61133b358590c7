/**
 * What a setting that is written as text can mean. One row per kind: how it reads and what a person is told to write
 * instead. The schema names the kind; nothing else parses settings.
 */
import { resolve } from 'node:path';
import { URL } from 'node:url';
import { fail, ok, type Result } from '../core/result.ts';
import { parseDuration, parseSize } from '../core/units.ts';
import { classify } from '../wire/address/address-class.ts';
import { parseCidr } from '../wire/address/cidr.ts';
import { parseIpAddress } from '../wire/address/ip-address.ts';
import { parseAbsoluteForm } from '../wire/http/request-target.ts';

/** A TCP address that the gateway listens on or talks to. */
export interface SocketAddress {
  /** Canonical IP literal, without brackets. */
  readonly host: string;
  /** 0..65535; 0 lets the system choose. */
  readonly port: number;
}

export type TextKind =
  | 'duration'
  | 'size'
  | 'listen'
  | 'name-server'
  | 'ip'
  | 'cidr'
  | 'path'
  | 'url'
  | 'proxy'
  | 'database'
  | 'place'
  | 'secret'
  | 'text';

/** As keys of services are; what `--print-config` shows instead of one is too short to be taken for it. */
const SECRET = /^[\x21-\x7e]{8,4096}$/;

/** Reads one kind; `directory` is where relative paths start. The failure is a whole sentence. */
type TextReader = (text: string, directory: string) => Result<unknown, string>;

const expected = (text: string, what: string): Result<never, string> => fail(`Found "${text}", expected ${what}`);

export const TEXT_READERS: { readonly [K in TextKind]: TextReader } = {
  duration: parseDuration,
  size: parseSize,
  listen: (text) => readSocketAddress(text) ?? expected(text, 'an IP address and a port, such as 127.0.0.1:3128 or [::1]:3128'),
  'name-server': (text) =>
    readSocketAddress(parseIpAddress(text).ok ? `${text.includes(':') ? `[${text}]` : text}:53` : text) ??
    expected(text, 'an IP address of a name server, such as 9.9.9.9 or 127.0.0.1:5353'),
  ip: parseIpAddress,
  cidr: parseCidr,
  path: (text, directory) =>
    text === '' || text.includes('\0') ? expected(text, 'the path of a file or directory') : ok(resolve(directory, text)),
  url: (text) => (isHttpUrl(text) ? ok(text) : expected(text, 'an http:// or https:// URL')),
  proxy: readProxyUrl,
  database: (text) =>
    text === 'sqlite' || /^postgres(?:ql)?:\/\//.test(text) ? ok(text) : expected(text, 'sqlite or a postgres:// URL'),
  place: (text) =>
    /^[A-Za-z][A-Za-z0-9-]*(?::[A-Za-z0-9-]+)?$/.test(text)
      ? ok(text)
      : expected(text, 'a place: a country such as DE, a set such as eu, or a cloud region such as aws:eu-central-1'),
  // Whatever is wrong with it, it is not quoted.
  secret: (text) =>
    SECRET.test(text) ? ok(text) : fail('Found a value that is not shown, expected 8 to 4096 visible ASCII characters'),
  text: (text) => (text === '' ? expected(text, 'some text') : ok(text)),
};

/** Whether only this machine reaches a listener on `address`. */
export function isLoopback(address: SocketAddress): boolean {
  const parsed = parseIpAddress(address.host);
  return parsed.ok && classify(parsed.value) === 'loopback';
}

/** As it stands in a URI: IPv6 in brackets. */
export function socketAddressText(address: SocketAddress): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

const SOCKET_ADDRESS = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):(\d{1,5})$/;

function readSocketAddress(text: string): Result<SocketAddress, string> | undefined {
  const match = SOCKET_ADDRESS.exec(text);
  if (match === null) return undefined;
  const [, v6, v4, digits] = match;
  const host = parseIpAddress(v6 ?? v4 ?? '');
  const port = Number(digits);
  if (!host.ok || (v6 !== undefined && !v6.includes(':')) || port > 65_535) return undefined;
  return ok({ host: host.value.text, port });
}

/** A proxy is a host and a port; who it is told that asks stands elsewhere. */
function readProxyUrl(text: string): Result<string, string> {
  // Whatever else is wrong with it, it is not quoted.
  if (text.includes('@')) {
    return fail(
      'Found a URL with a user, which is not shown, expected http://HOST:PORT or https://HOST:PORT; what the proxy wants to know goes into a secret, which `secret` names',
    );
  }
  const form = parseAbsoluteForm(text);
  if (form.ok && form.value.requestTarget === '/') return ok(text);
  return expected(text, 'http://HOST:PORT or https://HOST:PORT of a proxy');
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && /^https?:\/\//i.test(text);
}
