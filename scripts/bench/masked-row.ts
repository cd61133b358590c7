/** What masking costs on the way through: the same requests masked, not masked, and through a peer that cannot mask. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { skipped, type JobFor, type Row } from './bench.ts';
import { inTunnel } from './cost-rows.ts';
import { compared, inTurns, type Subject } from './in-turns.ts';
import { chatBytes } from './masking/bodies.ts';

const ROW = 'intercepted POST, 300 KB of chat';
const CONTENT_BYTES = 300 * 1024;
const PEER = 'squid ssl-bump';
/** Masking may make a request so many times as dear. */
const AT_MOST = 1.6;

/** Measures one row: cordon with and without masks and the peer in turn, round after round. */
export const maskedPost: Row = async (bench) => {
  const content = { file: join(bench.directory, 'chat.json'), type: 'application/json' };
  await writeFile(content.file, chatBytes(CONTENT_BYTES, { withValues: true }));
  const job = (name: 'masked' | 'inspected'): JobFor => {
    const within = inTunnel('keep-alive', name, 'https', '/v1/messages', 8);
    return (proxy, site) => ({ ...within(proxy, site), content });
  };
  const cordon = await bench.proxy('cordon');
  const peer = await bench.proxy(PEER);
  if (cordon === undefined) throw new Error('Cordon did not start');
  const subjects: readonly Subject[] = [
    { name: 'masked', proxy: cordon, job: job('masked') },
    { name: 'not masked', proxy: cordon, job: job('inspected') },
    ...(peer === undefined ? [] : [{ name: PEER, proxy: peer, job: job('inspected') }]),
  ];
  const costs = await inTurns({ row: ROW, per: 'GB' }, subjects, bench);
  const own = 'masked';
  return [
    compared(ROW, costs, { own, other: 'not masked', limit: AT_MOST }),
    peer === undefined ? skipped(ROW, PEER) : compared(ROW, costs, { own, other: PEER, limit: 1 }),
  ];
};
