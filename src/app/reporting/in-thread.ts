import { extname } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';

/**
 * Heap of one thread: a report must not take memory from exchanges. New objects get little room, so that they are collected
 * often: each block that they refer to lies outside of the heap, where nothing else limits it.
 */
const HEAP = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 8 };

/**
 * Does a task in a thread of its own, of the file `<name>-thread` here. Rejects with what the thread throws, and when the
 * signal is given, which ends the thread wherever it is.
 */
export async function inThread<R>(name: string, task: unknown, signal: AbortSignal): Promise<R> {
  signal.throwIfAborted();
  // The sources run as TypeScript, the package as JavaScript.
  const file = new URL(`./${name}-thread${extname(import.meta.url)}`, import.meta.url);
  const thread = new Worker(file, {
    workerData: task,
    name,
    resourceLimits: HEAP,
  });
  const end = (): void => void thread.terminate();
  signal.addEventListener('abort', end);
  try {
    return await new Promise<R>((resolve, reject) => {
      thread.once('message', resolve);
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
    // Nothing is handed over: what is sent is copied.
    (answer) => parentPort?.postMessage(answer, []),
    // Thrown where nobody catches it, it reaches whoever waits for the thread.
    (error: unknown) =>
      setImmediate(() => {
        throw error;
      }),
  );
}
