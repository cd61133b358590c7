import { useEffect, useState } from 'preact/hooks';
import { listen } from './listen.ts';

/** Changes that come in quick succession are one. */
const TOGETHER = 300;
/** Exchanges may be recorded all the time: what shows them asks no more often than that. */
const TRAFFIC_TOGETHER = 1000;

export interface Changes {
  readonly count: number;
  /** Counts them, and what was recorded of exchanges. */
  readonly traffic: number;
  readonly isLive: boolean;
}

/** Counts what the gateway says has changed. */
export function useChanges(): Changes {
  const [count, setCount] = useState(0);
  const [exchanges, setExchanges] = useState(0);
  const [isLive, setLive] = useState(false);
  useEffect(() => {
    const changes = collected(TOGETHER, () => setCount((before) => before + 1));
    const traffic = collected(TRAFFIC_TOGETHER, () => setExchanges((before) => before + 1));
    const stop = listen({ onChange: changes.add, onTraffic: traffic.add, onLive: setLive });
    return () => {
      changes.stop();
      traffic.stop();
      stop();
    };
  }, []);
  return { count, traffic: count + exchanges, isLive };
}

/** Tells once of all that is added within a time. */
function collected(together: number, tell: () => void): { readonly add: () => void; readonly stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    add: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        tell();
      }, together);
    },
    stop: () => clearTimeout(timer),
  };
}
