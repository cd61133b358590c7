import { extname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { parentPort, Worker, workerData } from 'node:worker_threads';

/**
 * Heap of one thread: a report must not take memory from exchanges. New objects get little room, so that they are collected
 * often: each block that they refer to lies outside of the heap, where nothing else limits it.
 */
const HEAP = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16 };

/**
 * From this size on the old objects of a thread are collected, those outside of the heap counted with them. By itself a heap that has
 * just begun collects all it has for every few blocks that are read: a fifth of the CPU time of a report.
 */
const COLLECTED_FROM = '--initial-old-space-size=64';

/** What a thread says, as its messages have it. */
interface Message {
  readonly kind: 'news' | 'answer';
  readonly value: unknown;
}

export interface Watched {
  /** Ends the thread wherever it is. */
  readonly signal: AbortSignal;
  /** Told what the thread tells before its answer, of the shape that its file gives. */
  readonly onNews?: (news: never) => void;
}

/**
 * Does a task in a thread of its own. Rejects with what the thread throws, and when the signal is given.
 * @param name of the file `<name>-thread` in `src/app`: `reporting/figures`
 */
export async function inThread<R>(name: string, task: unknown, { signal, onNews }: Watched): Promise<R> {
  signal.throwIfAborted();
  // The sources run as TypeScript, the package as JavaScript.
  const file = new URL(`../${name}-thread${extname(import.meta.url)}`, import.meta.url);
  // Of heaps that begin from now on: there is no such limit among those of one thread.
  setFlagsFromString(COLLECTED_FROM);
  const thread = new Worker(file, {
    workerData: task,
    name,
    resourceLimits: HEAP,
  });
  const end = (): void => void thread.terminate();
  signal.addEventListener('abort', end);
  try {
    return await new Promise<R>((resolve, reject) => {
      thread.on('message', ({ kind, value }: Message) => {
        if (kind === 'answer') resolve(value as R);
        else onNews?.(value as never);
      });
      thread.once('error', reject);
      thread.once('exit', () =>
        reject(signal.aborted ? (signal.reason as Error) : new Error(`The thread "${name}" ended without an answer`)),
      );
    });
  } finally {
    signal.removeEventListener('abort', end);
    await thread.terminate();
  }
}

/** For the file of such a thread: what it is to do, of the shape that the caller of {@link inThread} gives. */
export function threadTask(): unknown {
  return workerData;
}

/** For the file of such a thread: answers its task. */
export function answerFromThread(work: Promise<unknown>): void {
  void work.then(
    (answer) => post({ kind: 'answer', value: answer }),
    // Thrown where nobody catches it, it reaches whoever waits for the thread.
    (error: unknown) =>
      setImmediate(() => {
        throw error;
      }),
  );
}

/** For the file of such a thread: tells how far it is. */
export function tellFromThread(news: unknown): void {
  post({ kind: 'news', value: news });
}

function post(message: Message): void {
  // Nothing is handed over: what is sent is copied.
  parentPort?.postMessage(message, []);
}
