/** Flat field lines as HTTP engines take them: name, value, name, value … */
export type RawFields = readonly string[];

/**
 * Where the answer to one request goes, whatever the client's protocol version. Calls come in this order:
 * `inform`*, `start`, `write`*, then `end` or `abort`.
 */
export interface ReplySink {
  /** `start` was called; another status can no longer be given. */
  readonly started: boolean;
  /** The client's side is gone. */
  readonly closed: boolean;
  /** Asks for the content of a request that came with `Expect: 100-continue`; does nothing otherwise. */
  continue(): void;
  /** Sends an interim response (RFC 9110 §15.2). */
  inform(status: number, fields: RawFields): void;
  /**
   * @param isAll neither content nor trailer fields follow. HTTP/2 tells such an answer in one frame, and to gRPC it is another
   *   one then ("Trailers-Only"); `end` is called all the same
   */
  start(status: number, reason: string, fields: RawFields, isAll?: boolean): void;
  /** False when the client reads slower than this: wait for `whenDrained`. */
  write(chunk: Uint8Array): boolean;
  whenDrained(listener: () => void): void;
  end(trailers?: RawFields): void;
  /** Cuts the connection (HTTP/1.1) or the stream (HTTP/2), so that the client sees that content is missing. */
  abort(): void;
  /** Called once when the client's side closes before the answer was handed over completely. */
  whenAborted(listener: () => void): void;
}
