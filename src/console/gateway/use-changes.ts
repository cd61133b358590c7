import { useEffect, useState } from 'preact/hooks';

/** Events of `GET /v1/events` after which something that is shown may be another. */
const EVENTS = ['approval.pending', 'store.changed', 'policy.loaded', 'policy.refused', 'tables.changed', 'token.revoked'];
/** Changes that come in quick succession are one. */
const TOGETHER = 300;
/** Asked again without any event: what is lost on the way is late, not lost. */
const ANYWAY = 30_000;

export interface Changes {
  readonly count: number;
  readonly isLive: boolean;
}

/** Listens to the gateway for as long as somebody is signed in. */
export function useChanges(isSignedIn: boolean): Changes {
  const [count, setCount] = useState(0);
  const [isLive, setLive] = useState(false);
  useEffect(() => {
    if (!isSignedIn) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setCount((before) => before + 1);
      }, TOGETHER);
    };
    const stream = new EventSource('/v1/events');
    stream.onopen = () => {
      setLive(true);
      // What happened while nobody listened.
      changed();
    };
    stream.onerror = () => setLive(false);
    for (const event of EVENTS) stream.addEventListener(event, changed);
    const anyway = setInterval(changed, ANYWAY);
    return () => {
      stream.close();
      clearInterval(anyway);
      clearTimeout(timer);
      setLive(false);
    };
  }, [isSignedIn]);
  return { count, isLive };
}
