import { useEffect, useState } from 'preact/hooks';
import { listen } from './listen.ts';

/** Changes that come in quick succession are one. */
const TOGETHER = 300;

export interface Changes {
  readonly count: number;
  readonly isLive: boolean;
}

/** Counts what the gateway says has changed. */
export function useChanges(): Changes {
  const [count, setCount] = useState(0);
  const [isLive, setLive] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onChange = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setCount((before) => before + 1);
      }, TOGETHER);
    };
    const stop = listen({ onChange, onLive: setLive });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, []);
  return { count, isLive };
}
