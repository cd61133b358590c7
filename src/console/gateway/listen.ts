/** Events of `GET /v1/events` after which something that is shown may be another, or the session over (`admin`). */
const EVENTS = [
  'admin',
  'approval.pending',
  'store.changed',
  'policy.loaded',
  'policy.refused',
  'tables.changed',
  'token.revoked',
];
/** Asked again without any event: what is lost on the way is late, not lost. */
const ANYWAY = 30_000;
/** After an answer that is no stream, which a browser does not try again. */
const RETRY = 5_000;

export interface Listener {
  readonly onChange: () => void;
  readonly onLive: (isLive: boolean) => void;
}

/**
 * Listens to the gateway until the answer is called. A page that nobody looks at does without a stream: a browser has six
 * connections to one server for all its tabs, and each stream holds one for good.
 */
export function listen({ onChange, onLive }: Listener): () => void {
  let stream: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const close = (): void => {
    clearTimeout(retry);
    stream?.close();
    stream = undefined;
    onLive(false);
  };
  const open = (): void => {
    close();
    if (document.hidden) return;
    const opened = new EventSource('/v1/events');
    stream = opened;
    opened.onopen = () => {
      onLive(true);
      // What happened while nobody listened.
      onChange();
    };
    opened.onerror = () => {
      onLive(false);
      if (opened.readyState !== EventSource.CLOSED) return;
      // Refused: perhaps the session is over, which asking again shows.
      onChange();
      retry = setTimeout(open, RETRY);
    };
    for (const event of EVENTS) opened.addEventListener(event, onChange);
  };
  open();
  document.addEventListener('visibilitychange', open);
  const anyway = setInterval(onChange, ANYWAY);
  return () => {
    document.removeEventListener('visibilitychange', open);
    clearInterval(anyway);
    close();
  };
}
