import type { Socket } from 'node:net';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { readClientHello, type ClientHello } from '../../wire/client-hello.ts';

/** Real ones take 0.3 to 2 KiB; the bound keeps a client that sends byte by byte from making the gateway copy for long. */
const MAX_HELLO = 16 * 1024;

export interface PeekedHello {
  readonly hello: ClientHello;
  /** Everything that was read to get there; goes to the origin first, unchanged. */
  readonly bytes: Uint8Array;
}

/**
 * The ClientHello of an opaque tunnel, read without terminating TLS.
 *
 * @param head bytes that came right behind the CONNECT
 * @failure protocol_not_allowed when the client speaks something else, something broken, or nothing in time
 */
export function peekHello(socket: Socket, head: Uint8Array, timeout: Milliseconds): Promise<Result<PeekedHello, Failure>> {
  return new Promise((resolve) => {
    let bytes: Uint8Array = head;
    const settle = (result: Result<PeekedHello, Failure>): void => {
      clearTimeout(timer);
      socket.off('readable', onReadable);
      socket.off('end', onEnd);
      socket.off('close', onEnd);
      resolve(result);
    };
    const refuse = (detail: string): void => settle(fail({ code: 'protocol_not_allowed', detail }));
    const judgeBytes = (): void => {
      const state = readClientHello(bytes);
      if (state.state === 'complete') settle(ok({ hello: state.hello, bytes }));
      else if (state.state === 'incomplete' && bytes.length > MAX_HELLO)
        refuse(`Found no ClientHello within ${MAX_HELLO} bytes`);
      else if (state.state !== 'incomplete') refuse(`${state.state}: ${state.reason}`);
    };
    const onReadable = (): void => {
      const chunk = socket.read() as Uint8Array | null;
      if (chunk === null) return;
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      judgeBytes();
    };
    const onEnd = (): void => refuse('The client closed before it sent a ClientHello');
    const timer = setTimeout(() => refuse(`No ClientHello within ${timeout} ms`), timeout);
    socket.on('readable', onReadable);
    socket.once('end', onEnd);
    socket.once('close', onEnd);
    if (bytes.length > 0) judgeBytes();
  });
}
