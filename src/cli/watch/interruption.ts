const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Tells that who started this wants it to end: by a signal, or because nobody reads what it prints any more. */
export function interruption(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  for (const name of SIGNALS) process.once(name, abort);
  process.stdout.once('error', abort);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) process.off(name, abort);
      process.stdout.off('error', abort);
      // Whatever still runs for it ends too.
      abort();
    },
  };
}
