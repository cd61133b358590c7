import { connect as connectTcp, type LookupFunction, type OnReadOpts, type Socket } from 'node:net';
import type { Failure } from '../core/codes.ts';
import type { Permit } from '../core/exchange/permit.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';
import { parseIpAddress } from '../wire/address/ip-address.ts';
import { errorCode } from './failures.ts';

/** How long one address may take before the next one is tried beside it (RFC 8305 §5). */
const ATTEMPT_DELAY: Milliseconds = 250;

/**
 * A TCP connection to one of the addresses that were judged.
 *
 * @param onread how it is read, where the caller reads it by itself: see `Inlet`
 * @failure connect_failed | connect_timeout
 * @invariant the peer of the socket is one of `permit.addresses`
 */
export function dial(permit: Permit, timeout: Milliseconds, onread?: OnReadOpts): Promise<Result<Socket, Failure>> {
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
      resolve(isJudged(socket, permit) ? ok(socket) : refuse(socket, permit));
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
function isJudged(socket: Socket, permit: Permit): boolean {
  const remote = parseIpAddress(socket.remoteAddress ?? '');
  return remote.ok && permit.addresses.some((address) => address.text === remote.value.text);
}

function refuse(socket: Socket, permit: Permit): Result<Socket, Failure> {
  const peer = socket.remoteAddress ?? 'nobody';
  socket.destroy();
  return fail({ code: 'connect_failed', detail: `Connected to ${peer}, expected one of ${addressList(permit)}` });
}

function addressList(permit: Permit): string {
  return permit.addresses.map((address) => address.text).join(', ');
}
