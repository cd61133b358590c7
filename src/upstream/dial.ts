import { connect as connectTcp, type LookupFunction, type OnReadOpts, type Socket } from 'node:net';
import type { Failure } from '../core/codes.ts';
import type { Permit } from '../core/exchange/permit.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';
import { parseIpAddress } from '../wire/address/ip-address.ts';
import { errorCode } from './failures.ts';
import { openTunnel } from './parent/open-tunnel.ts';
import type { Parent } from './parent/parent.ts';

/** How long one address may take before the next one is tried beside it (RFC 8305 §5). */
const ATTEMPT_DELAY: Milliseconds = 250;

/** A connection to where a permit allows. */
export interface Dialled {
  readonly socket: Socket;
  /** Of the addresses that were judged. */
  readonly address: string;
}

/** How it is dialled. */
export interface DialMeans {
  /** Through it, where there is one. */
  readonly parent: Parent | undefined;
  /** How the socket is read, where the caller reads it by itself (see `Inlet`) and there is no parent. */
  readonly onread?: OnReadOpts | undefined;
}

/**
 * A connection to one of the addresses that were judged.
 *
 * @failure connect_failed | connect_timeout; what {@link openTunnel} gives
 * @invariant the peer of the socket is one of `permit.addresses`; of a parent, they are all that it is asked for
 */
export function dial(permit: Permit, timeout: Milliseconds, { parent, onread }: DialMeans): Promise<Result<Dialled, Failure>> {
  if (parent === undefined) return dialStraight(permit, timeout, onread);
  const target = { addresses: permit.addresses.map(({ text }) => text), port: permit.authority.port };
  return openTunnel(parent, target, timeout);
}

function dialStraight(
  permit: Permit,
  timeout: Milliseconds,
  onread: OnReadOpts | undefined,
): Promise<Result<Dialled, Failure>> {
  const socket = connectTcp({
    // Never a name: the resolver of the system is out of reach, `lookup` answers with the judged addresses alone.
    ...(permit.addresses.length === 1
      ? { host: permit.addresses[0]!.text }
      : {
          host: 'judged-addresses',
          lookup: lookupOf(permit),
          autoSelectFamily: true,
          autoSelectFamilyAttemptTimeout: ATTEMPT_DELAY,
        }),
    port: permit.authority.port,
    allowHalfOpen: true,
    noDelay: true,
    ...(onread !== undefined && { onread }),
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(fail({ code: 'connect_timeout', detail: `No connection within ${timeout} ms to ${addressList(permit)}` }));
    }, timeout);
    socket.once('error', (error) => {
      clearTimeout(timer);
      const code = errorCode(error) === 'ETIMEDOUT' ? 'connect_timeout' : 'connect_failed';
      resolve(fail({ code, detail: `${errorCode(error) || error.message} from ${addressList(permit)}` }));
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(whenJudged(socket, permit));
    });
  });
}

function lookupOf(permit: Permit): LookupFunction {
  const all = permit.addresses.map(({ text, family }) => ({ address: text, family }));
  return (_name, options, callback) => {
    if (options.all === true) callback(null, all);
    else callback(null, all[0]!.address, all[0]!.family);
  };
}

// The last look at what was really dialled: a check and its use happen on the same value.
function whenJudged(socket: Socket, permit: Permit): Result<Dialled, Failure> {
  const remote = parseIpAddress(socket.remoteAddress ?? '');
  if (remote.ok && permit.addresses.some(({ text }) => text === remote.value.text)) {
    return ok({ socket, address: remote.value.text });
  }
  const peer = socket.remoteAddress ?? 'nobody';
  socket.destroy();
  return fail({ code: 'connect_failed', detail: `Connected to ${peer}, expected one of ${addressList(permit)}` });
}

function addressList(permit: Permit): string {
  return permit.addresses.map((address) => address.text).join(', ');
}
