import { useEffect, useState } from 'preact/hooks';
import { useSeat } from '../gateway/use-gateway.ts';

/** The time by the gateway's clock, anew every second. */
export function useNow(): number {
  const { gateway } = useSeat();
  const [now, setNow] = useState(() => gateway.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(gateway.now()), 1000);
    return () => clearInterval(timer);
  }, [gateway]);
  return now;
}
