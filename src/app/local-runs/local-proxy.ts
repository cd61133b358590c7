import type { Settings } from '../../config/settings-schema.ts';
import type { SocketAddress } from '../../config/setting-text.ts';
import type { IpAddress } from '../../core/address.ts';
import type { AgentDeclaration } from '../../core/agent.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { cidrContains } from '../../wire/address/cidr.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';

/** What a program of this machine connects to. */
export interface ReachedProxy {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
}

export interface LocalProxy extends ReachedProxy {
  /** What the gateway sees as the source of programs on this machine. */
  readonly source: IpAddress;
}

type Listener = Settings['listen']['proxy'][number];

interface Listening {
  readonly listen: { readonly proxy: readonly Listener[] };
}

/**
 * How programs on this machine reach the first proxy listener.
 * @failure a sentence for the operator
 */
export function localProxy({ listen }: Listening): Result<LocalProxy, string> {
  const [listener] = listen.proxy;
  return listener === undefined ? fail('listen.proxy: Found no listener, expected at least one') : reached(listener);
}

/**
 * The listener for a command whose bytes are carried to it as they are: in the clear, since whoever carries them shows no
 * certificate, and one that does not believe a PROXY header of theirs. One that tells denials inside goes before others.
 * @failure a sentence for the operator
 */
export function carriedProxy({ listen }: Listening): Result<LocalProxy, string> {
  const plain = listen.proxy.filter((listener) => listener.tls === undefined && !believesPrograms(listener));
  const listener = plain.find(({ denials }) => denials === 'inside') ?? plain[0];
  if (listener !== undefined) return reached(listener);
  return fail(
    'listen.proxy: Found TLS, or proxy-protocol from this machine, on every listener; expected one without for commands here',
  );
}

function believesPrograms({ address, 'proxy-protocol': balancers }: Listener): boolean {
  const source = parseIpAddress(reachable(address));
  return source.ok && (balancers?.from.some((cidr) => cidrContains(cidr, source.value)) ?? false);
}

function reached(listener: Listener): Result<LocalProxy, string> {
  if (listener.address.port === 0)
    return fail('listen.proxy: Found port 0, which the system chooses at start; expected a fixed port');
  const host = reachable(listener.address);
  const source = parseIpAddress(host);
  if (!source.ok) return fail(source.failure);
  return ok({ scheme: listener.tls === undefined ? 'http' : 'https', host, port: listener.address.port, source: source.value });
}

/** A wildcard address is listened on, not connected to. */
function reachable({ host }: SocketAddress): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/**
 * The agent of the policy that has this id.
 * @failure a sentence that names those there are
 */
export function declaredAgent(agents: readonly AgentDeclaration[], id: string): Result<AgentDeclaration, string> {
  const agent = agents.find(({ attributes }) => attributes.agent === id);
  if (agent !== undefined) return ok(agent);
  const known = agents.map(({ attributes }) => attributes.agent).join(', ');
  return fail(`the policy declares no agent "${id}", expected one of: ${known}`);
}

/** Why no program on this machine can be the agent. */
export function unknowable(id: string, source: IpAddress): string {
  return `the agent "${id}" cannot be known from ${source.text}: no entry of its identify has a token or this address`;
}
