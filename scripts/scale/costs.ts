/**
 * What one of a thing costs on the machine of `docs/performance.md` (2 × AMD EPYC, virtual), each with the row or the source that
 * it is taken from. All figures of `docs/scale.md` follow from these and from {@link AgentProfile}; measure them on your machine
 * and run `npm run scale` again.
 */
export interface Costs {
  /** Microseconds of CPU for a request in a kept tunnel, judged and recorded (row "intercepted HTTPS, 1 KB, kept connections"). */
  readonly request: number;
  /** The same for a new connection that dials (row "new intercepted connection, fresh upstream"). */
  readonly connection: number;
  /** Seconds of CPU for a gigabyte through an intercepted tunnel (row "intercepted: bulk"). */
  readonly carrying: number;
  /** Seconds of CPU that masking adds to a gigabyte (rows of "intercepted POST, 300 KB of chat": 2,244 µs for 0.3 MB). */
  readonly masking: number;
  /** Microseconds that a content record adds to an exchange (`docs/performance.md`, records). */
  readonly contentRecord: number;
  /** Bytes of memory for a tunnel that stands idle (row "idle opaque tunnels"). */
  readonly tunnel: number;
  /** Bytes of memory for a held request, its connection included (row "1,000 requests held"). */
  readonly held: number;
  /** Bytes of memory of a process before the first request: 305 MB resident after a start without range lists, 2026-11-27. */
  readonly process: number;
  /** Bytes of a sealed segment for an exchange: 171 MB for 1,000,000 (`npm run bench:report`). */
  readonly recorded: number;
}

export const MEASURED: Costs = {
  request: 166,
  connection: 2270,
  carrying: 2.61,
  masking: 7.5,
  contentRecord: 75,
  tunnel: 8.82 * 1024,
  held: 24.5 * 1024,
  process: 305e6,
  recorded: 171,
};

/** What one agent does, on average, while it works. A guess to be replaced by `cordon report` of your own. */
export interface AgentProfile {
  /** Requests in an hour. */
  readonly requests: number;
  /** Of these, how many need a new connection to the origin. */
  readonly fresh: number;
  /** Bytes of a request and its answer together. */
  readonly bytes: number;
  /** Share of bytes that a rule masks. */
  readonly masked: number;
  /** Share of exchanges with `record: content`. */
  readonly contentRecorded: number;
  /** Tunnels that stand at once. */
  readonly tunnels: number;
  /** Share of requests that a person decides on. */
  readonly held: number;
  /** Seconds that such a request waits. */
  readonly wait: number;
  /** Share of all agents that work at the busiest hour. */
  readonly busy: number;
}

/** An agent that writes code: a call to a model every fifteen seconds, with a long conversation, and small calls to tools between. */
export const CODING_AGENT: AgentProfile = {
  requests: 720,
  fresh: 0.05,
  bytes: 60_000,
  masked: 0.5,
  contentRecorded: 0.2,
  tunnels: 4,
  held: 0.0005,
  wait: 300,
  busy: 0.3,
};
