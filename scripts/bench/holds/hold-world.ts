/** A gateway that holds everything, the origin behind it in this process, so that one clock tells both ends of a decision. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import type { Gateway } from '../../../test/support/gateway.ts';
import { startLab, type Lab, type LabOptions } from '../../../test/support/lab.ts';
import { Approver } from './approver.ts';

const ORIGIN = 'held.de.lab.example';
export const RULES = [
  '{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 20m, expires: 30m } }',
];

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

export interface HoldWorld extends AsyncDisposable {
  readonly lab: Lab;
  readonly gateway: Gateway;
  readonly approver: Approver;
  /** Has so many more requests held, each with content of its own, and waits until people are asked about all of them. */
  hold(count: number): Promise<void>;
  /** When the head of the next request is at the origin. */
  nextArrival(): Promise<number>;
  /** Ends the clients. */
  letGo(): void;
}

/** @param environment for whoever looks for causes: `NODE_OPTIONS` */
export async function startHoldWorld(
  settings?: LabOptions['settings'],
  environment: Readonly<{ [name: string]: string }> = {},
): Promise<HoldWorld> {
  const arrivals = new Arrivals();
  const lab = await startLab({
    origins: {
      [ORIGIN]: {
        country: 'DE',
        handler: {
          onHead: () => arrivals.note(performance.now()),
          onRequest: ({ connection }) => void connection.socket.write(ANSWER),
        },
      },
    },
    rules: RULES,
    gateway: { environment },
    ...(settings !== undefined && { settings }),
  });
  const { gateway } = lab;
  onOwnCore(gateway);
  const approver = await Approver.of(gateway);
  const database = join(gateway.directory, 'data/cordon.db');
  // Not by the list where memory is measured: each look at a thousand leaves megabytes of buffers in the heap of malloc().
  const countPending = async (): Promise<number> =>
    existsSync(database) ? pendingIn(database) : (await approver.pending(gateway)).length;
  const clients: Socket[] = [];
  let asked = 0;
  return {
    lab,
    gateway,
    approver,
    hold: async (count) => {
      const before = await countPending();
      for (let i = 0; i < count; i++) clients.push(await sendRequest(lab, asked++));
      while ((await countPending()) < before + count) await pause(200);
    },
    nextArrival: () => arrivals.next(),
    letGo: () => {
      for (const client of clients.splice(0)) client.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      approver.close();
      await lab[Symbol.asyncDispose]();
    },
  };
}

/** As the programs of the other rows: the gateway has core 1, everything else core 0. */
export function onOwnCore({ pid }: Gateway): void {
  execFileSync('taskset', ['-a', '-c', '-p', '1', String(pid)], { stdio: 'ignore' });
}

/** Resident memory of a gateway. */
export function residentBytes({ pid }: Gateway): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

function pendingIn(database: string): number {
  using db = new DatabaseSync(database, { readOnly: true });
  return Number(db.prepare("SELECT count(*) AS count FROM approvals WHERE state = 'pending'").get()?.['count']);
}

/** About as large as a short chat. */
const CONTENT_BYTES = 4_096;

async function sendRequest(lab: Lab, n: number): Promise<Socket> {
  const { address, port } = lab.gateway.proxy;
  const socket = connect({ host: address, port });
  await once(socket, 'connect');
  socket.on('error', () => {}).resume();
  const authority = lab.authority(ORIGIN);
  const content = `{"n":${n},"text":"${'lorem ipsum '.repeat(CONTENT_BYTES / 12)}"}`;
  const head = [`POST http://${authority}/v1/${n} HTTP/1.1`, `Host: ${authority}`, 'Content-Type: application/json'];
  socket.write(`${[...head, `Content-Length: ${content.length}`].join('\r\n')}\r\n\r\n${content}`);
  return socket;
}

/** Arrivals in their order, each to be had once. */
class Arrivals {
  readonly #times: number[] = [];
  readonly #waiting: ((time: number) => void)[] = [];

  note(time: number): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#times.push(time);
    else waiting(time);
  }

  next(): Promise<number> {
    const time = this.#times.shift();
    return time === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(time);
  }
}
