/** What HTTP/2 toward the origin costs: the same requests of the same clients, to one that offers it and one that does not. */
import type { Row } from './bench.ts';
import { inTunnel } from './cost-rows.ts';
import { compared, inTurns } from './in-turns.ts';

const ROW = 'intercepted HTTPS, 1 KB, HTTP/2 toward the origin';
const HTTP1 = 'HTTP/1.1 toward it';

export const http2Upstream: Row = async (bench) => {
  const proxy = await bench.proxy('cordon');
  if (proxy === undefined) throw new Error('Cordon did not start');
  const job = (door: 'https' | 'https2'): ReturnType<typeof inTunnel> => inTunnel('keep-alive', 'inspected', door, '/small');
  const subjects = [
    { name: 'HTTP/2', proxy, job: job('https2') },
    { name: HTTP1, proxy, job: job('https') },
  ];
  return [compared(ROW, await inTurns({ row: ROW, per: 'request' }, subjects, bench), { own: 'HTTP/2', other: HTTP1 })];
};
