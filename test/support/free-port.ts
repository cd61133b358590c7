import { createServer } from 'node:net';

/** A port of 127.0.0.1 that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const bound = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (typeof bound !== 'object' || bound === null) throw new Error('No port of loopback is free');
  return bound.port;
}
