/** One bounded piece of load, as data: the driver hands it to a generator in a process of its own. */
export interface LoadJob {
  /**
   * `keep-alive`: each connection is used for request after request. `fresh`: a connection is opened, used once and closed.
   * `idle`: tunnels are opened and left alone until the generator's input ends.
   */
  readonly kind: 'keep-alive' | 'fresh' | 'idle';
  /** Port of loopback to connect to: the proxy's, or the origin's own. */
  readonly port: number;
  /** Authority for a CONNECT before anything else; absent: none. */
  readonly connect?: string;
  /** TLS inside the connection; absent: none. */
  readonly tls?: { readonly serverName: string; readonly caFile: string };
  /** Request target: absolute-form for a proxy without CONNECT. */
  readonly target: string;
  readonly host: string;
  /** What a POST carries; absent: a GET without content. */
  readonly content?: { readonly file: string; readonly type: string };
  /** Connections at once; of kind `idle`, in all. */
  readonly connections: number;
  readonly seconds: number;
  /** Milliseconds a connection waits before its next request, on average; 0 asks as fast as it is answered. */
  readonly thinkMs: number;
  /** Of kind `idle`: where the generator listens as the origin of its own tunnels, which ask for `host` in their ClientHello. */
  readonly originPort?: number;
}

export interface LoadResult {
  /** Requests that were answered as expected; of kind `idle`, tunnels that stand. */
  readonly requests: number;
  /** Content bytes received. */
  readonly bytes: number;
  readonly seconds: number;
  /** What the generator itself took; absent where it is `wrk`. */
  readonly cpuSeconds?: number;
  /** Microseconds from request to last byte of the response. */
  readonly latency: { readonly p50: number; readonly p99: number };
}
