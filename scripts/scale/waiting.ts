/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface WaitingOptions {
  /** Processes of one cell, each of which does one thing at a time. */
  readonly processes: number;
  /** Share of the time in which one is busy, 0 to 1. */
  readonly load: number;
  /** Microseconds of CPU for each kind of request, with its share. */
  readonly kinds: readonly { readonly share: number; readonly cpu: number }[];
  readonly requests: number;
  readonly seed: number;
}

/** Microseconds that requests wait for a process. */
export interface Waiting {
  readonly p50: number;
  readonly p99: number;
}

/**
 * A discrete simulation: requests come at random (Poisson), the balancer gives each to one process without looking, as one on
 * layer 4 does with connections, and each process serves in turn. An event loop is such a server: what is long delays all others.
 */
export function simulateWaiting({ processes, load, kinds, requests, seed }: WaitingOptions): Waiting {
  const random = seeded(seed);
  const mean = kinds.reduce((sum, { share, cpu }) => sum + share * cpu, 0);
  const gap = mean / (processes * load);
  const free = new Float64Array(processes);
  const waits = new Float64Array(requests);
  let now = 0;
  for (let i = 0; i < requests; i++) {
    now -= Math.log(1 - random()) * gap;
    const process = Math.floor(random() * processes);
    const begins = Math.max(now, free[process]!);
    waits[i] = begins - now;
    free[process] = begins + cpuOf(kinds, random());
  }
  waits.sort();
  return { p50: waits[Math.floor(requests * 0.5)]!, p99: waits[Math.floor(requests * 0.99)]! };
}

function cpuOf(kinds: WaitingOptions['kinds'], drawn: number): number {
  let below = 0;
  for (const { share, cpu } of kinds) {
    below += share;
    if (drawn < below) return cpu;
  }
  return kinds.at(-1)!.cpu;
}
