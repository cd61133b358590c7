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

/** Without key or pointer for so long, a page asks nothing more: else no session would ever end by not being used. */
const UNUSED = 15 * 60_000;
const USES = ['keydown', 'pointerdown', 'focus'] as const;

export interface Listener {
  readonly onChange: () => void;
  /** Exchanges were recorded. */
  readonly onTraffic: () => void;
  readonly onLive: (isLive: boolean) => void;
}

/**
 * Listens to the gateway until the answer is called. A page that nobody looks at does without a stream: a browser has six
 * connections to one server for all its tabs, and each stream holds one for good.
 */
export function listen(listener: Listener): () => void {
  const { onChange, onLive } = listener;
  let stream: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let usedAt = Date.now();
  const isUnused = (): boolean => Date.now() - usedAt > UNUSED;
  const close = (): void => {
    clearTimeout(retry);
    stream?.close();
    stream = undefined;
    onLive(false);
  };
  const open = (): void => {
    close();
    if (document.hidden || isUnused()) return;
    stream = openStream(listener, () => {
      retry = setTimeout(open, RETRY);
    });
  };
  const used = (): void => {
    const wasUnused = isUnused();
    usedAt = Date.now();
    if (wasUnused) open();
  };
  const anyway = setInterval(() => (isUnused() ? close() : onChange()), ANYWAY);
  open();
  document.addEventListener('visibilitychange', open);
  for (const use of USES) addEventListener(use, used);
  return () => {
    document.removeEventListener('visibilitychange', open);
    for (const use of USES) removeEventListener(use, used);
    clearInterval(anyway);
    close();
  };
}

function openStream({ onChange, onTraffic, onLive }: Listener, onRefused: () => void): EventSource {
  const stream = new EventSource('/v1/events');
  stream.onopen = () => {
    onLive(true);
    // What happened while nobody listened.
    onChange();
  };
  stream.onerror = () => {
    onLive(false);
    if (stream.readyState !== EventSource.CLOSED) return;
    // Perhaps the session is over, which asking again shows.
    onChange();
    onRefused();
  };
  for (const event of EVENTS) stream.addEventListener(event, onChange);
  stream.addEventListener('exchanges.indexed', onTraffic);
  return stream;
}
