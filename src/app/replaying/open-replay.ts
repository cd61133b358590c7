import type { Result } from '../../core/result.ts';
import { InterceptedListener } from '../../listener/intercepted-listener.ts';
import type { ListenerLimits } from '../../listener/listener-limits.ts';
import { ProxyListener } from '../../listener/proxy-listener.ts';
import { exchangeIds, systemClock, systemRandom } from '../system.ts';
import { ReplayHandler, type ReplayMeans } from './replay-handler.ts';

/** One agent in a test: what it has open at once is bounded, and it may think between two requests. */
const LIMITS: ListenerLimits = { connections: 1000, headerSize: 64 * 1024, headersTimeout: 15_000, keepAlive: 600_000 };

/**
 * A proxy that answers from the record, on loopback alone. It ends TLS with the CA of the installation, as the gateway does, and asks
 * nobody who they are: who reaches it may read the answers, masked.
 *
 * @param port 0: one that is free
 * @failure a sentence that names the address
 */
export async function openReplay(
  port: number,
  means: Omit<ReplayMeans, 'inside' | 'newExchangeId'>,
): Promise<Result<ProxyListener, string>> {
  const newExchangeId = exchangeIds(systemClock, systemRandom);
  const handler = new ReplayHandler({ ...means, newExchangeId, inside: () => inside });
  const shared = { limits: LIMITS, clock: systemClock, newExchangeId, handler };
  const inside = new InterceptedListener(shared);
  return await ProxyListener.open({ ...shared, host: '127.0.0.1', port });
}
