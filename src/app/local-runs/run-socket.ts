import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Settings } from '../../config/settings-schema.ts';
import type { Milliseconds } from '../../core/units.ts';
import { MOST_LIFETIME } from '../../core/people/lifetime.ts';
import type { Log } from '../../telemetry/log.ts';
import { jsonLine, jsonLines } from './json-lines.ts';
import type { RunDesk } from './run-desk.ts';
import { RUN_ENDED, RUN_SOCKET, runSocketDirectory, type RunOrder } from './run-order.ts';
import { socketPath } from './socket-path.ts';

/** How long whoever connects may take to say what is wanted. */
const ORDER_TIME: Milliseconds = 5_000;
/** Commands that run at once. */
const MOST_RUNS = 1024;

/**
 * Opens the socket in the data directory through which `cordon run` asks the gateway. A connection lasts as long as its command:
 * when it ends, however it does, so does the token that was given for it. Without the socket (another file system, no right to
 * write) the gateway serves as before, and says so.
 */
export async function openRunSocket(
  desk: RunDesk,
  { settings, log }: { readonly settings: Pick<Settings, 'data'>; readonly log: Log },
): Promise<AsyncDisposable> {
  const directory = runSocketDirectory(settings.data.directory);
  try {
    return await openIn(directory, desk);
  } catch (error) {
    log.warn({ directory, error: String(error) }, 'No socket can be opened here: cordon run does not work');
    return { [Symbol.asyncDispose]: () => Promise.resolve() };
  }
}

async function openIn(directory: string, desk: RunDesk): Promise<AsyncDisposable> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // It may have been there before, or have come out of a backup.
  await chmod(directory, 0o700);
  const draft = `${process.pid}.sock`;
  await rm(join(directory, draft), { force: true });
  const path = socketPath(directory, draft);
  const open = new Set<Socket>();
  const state = { isClosing: false };
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket)).on('error', () => socket.destroy());
    void attend(socket, desk, state);
  });
  server.maxConnections = MOST_RUNS;
  server.listen(path.path);
  await once(server, 'listening');
  // In one step: what a gateway left behind that was killed goes away, and nobody meets a socket that is not listened on yet.
  await rename(join(directory, draft), join(directory, RUN_SOCKET));
  const own = await stat(join(directory, RUN_SOCKET));
  return {
    [Symbol.asyncDispose]: async () => {
      state.isClosing = true;
      for (const socket of open) socket.destroy();
      await removeOwn(join(directory, RUN_SOCKET), own.ino);
      await closed(server);
      path[Symbol.dispose]();
    },
  };
}

/** Not that of a gateway that has been started meanwhile. */
async function removeOwn(path: string, inode: number): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.ino === inode) await rm(path, { force: true });
}

async function closed(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

async function attend(socket: Socket, desk: RunDesk, state: { readonly isClosing: boolean }): Promise<void> {
  socket.setTimeout(ORDER_TIME, () => socket.destroy());
  const lines = jsonLines(socket);
  const { value: order } = await lines.next();
  if (!isOrder(order)) return void socket.destroy();
  socket.setTimeout(0);
  const admitted = await desk.admit(order);
  socket.write(jsonLine(admitted));
  if (!admitted.ok || admitted.value.token === undefined) return void socket.end();
  const { value: said } = await lines.next();
  // Its command may go on through a restart: `cordon run` ends the token itself then.
  if (state.isClosing) return;
  const ended = await desk.end(admitted.value.token.id, order.by);
  if (said === RUN_ENDED) socket.end(jsonLine(ended));
  else socket.destroy();
}

function isOrder(value: unknown): value is RunOrder {
  if (typeof value !== 'object' || value === null) return false;
  const { agent, ttl, isIsolated, by } = value as Readonly<Record<string, unknown>>;
  const isLifetime = typeof ttl === 'number' && Number.isInteger(ttl) && ttl > 0 && ttl <= MOST_LIFETIME;
  return typeof agent === 'string' && isLifetime && typeof isIsolated === 'boolean' && /^local:.{1,256}$/.test(String(by));
}
