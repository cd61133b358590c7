import type { Duplex } from 'node:stream';

/** A client's connection after CONNECT or an upgrade. */
export type ClientSocket = Duplex & {
  setTimeout(ms: number, listener?: () => void): unknown;
  readonly bytesRead: number;
};
