import { createServer } from 'node:net';

/**
 * Below what Linux takes for connections that go out: a port from there that is free now may be the source of one a moment
 * later, before whoever asked for it listens on it.
 */
const RANGE = { first: 16_384, count: 16_000 } as const;

let next = Math.floor(Math.random() * RANGE.count);

/** A port of 127.0.0.1 that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    next = (next + 1) % RANGE.count;
    const port = RANGE.first + next;
    if (await isFree(port)) return port;
  }
  throw new Error('No port of loopback is free');
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
