import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Milliseconds } from '../../core/units.ts';
import type { AdminApi } from '../api/admin-api.ts';
import type { ApiFailure } from '../api/api-failure.ts';
import { span } from '../approvals/moments.ts';
import { EXIT } from '../exit-code.ts';

/** `changed`: what waits may be another now. `gone`: the gateway does not answer, and is asked again. */
export type Sign = 'changed' | 'gone';

const BETWEEN_ATTEMPTS: Milliseconds = 500;

/**
 * Tells of changes until the signal says so, through ends of the stream and restarts of the gateway.
 *
 * @returns why it gives up: the gateway was not there, does not let this person in, or went away for longer than is waited for
 */
export async function* followChanges(
  api: AdminApi,
  { patience, signal }: { readonly patience: Milliseconds; readonly signal: AbortSignal },
): AsyncGenerator<Sign, ApiFailure | undefined> {
  let lastSeen: number | undefined;
  let isGone = false;
  while (!signal.aborted) {
    const stream = await api.events(signal);
    if (signal.aborted) return undefined;
    if (stream.ok) {
      isGone = false;
      // Whatever happened while nobody listened has been missed.
      yield 'changed';
      yield* changesIn(stream.value);
      lastSeen = performance.now();
    } else {
      // What was never there is not waited for; who is not let in will not be let in later.
      if (lastSeen === undefined || stream.failure.isPassing === undefined) return stream.failure;
      if (performance.now() - lastSeen >= patience) return lost(api, patience);
      if (!isGone) yield 'gone';
      isGone = true;
    }
    await pause(BETWEEN_ATTEMPTS, undefined, { signal }).catch(() => {});
  }
  return undefined;
}

/** Events that concern approvals; ends with the stream, whichever way that ends. */
async function* changesIn(stream: IncomingMessage): AsyncGenerator<Sign> {
  let text = '';
  try {
    for await (const chunk of stream.setEncoding('utf8')) {
      text += chunk as string;
      const end = text.lastIndexOf('\n\n');
      if (end === -1) continue;
      const events = text.slice(0, end);
      text = text.slice(end + 2);
      if (/^event: (?:approval\.|store\.changed)/m.test(events)) yield 'changed';
    }
  } catch {
    // The connection broke: it is opened again.
  }
}

function lost({ base }: AdminApi, patience: Milliseconds): ApiFailure {
  const sentence = `The gateway at ${base.origin} went away and did not come back within ${span(patience)}: start it, then watch again`;
  return { code: EXIT.failed, sentence };
}
