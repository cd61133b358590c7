import { setTimeout as pause } from 'node:timers/promises';
import type { Kind } from './ledger.ts';

/** Of a hundred requests, how many are of which kind. */
const SHARES: Readonly<Record<Kind, number>> = {
  plain: 46,
  h1: 20,
  h2: 14,
  masked: 10,
  sse: 3,
  websocket: 2,
  held: 1,
  abroad: 2,
  unnamed: 2,
};

const TICK_MS = 20;
/** Beyond so many at once nothing more is sent: a gateway that stands still is to be seen, not buried. */
const MOST_AT_ONCE = 400;

/** Kinds in an order in which each comes evenly: the one that is furthest behind its share is next. */
export function* kindsInTurn(): Generator<Kind, never> {
  const owed = new Map(Object.keys(SHARES).map((kind) => [kind as Kind, 0]));
  for (;;) {
    for (const [kind, share] of Object.entries(SHARES)) owed.set(kind as Kind, owed.get(kind as Kind)! + share);
    const [kind] = [...owed].reduce((most, each) => (each[1] > most[1] ? each : most));
    owed.set(kind, owed.get(kind)! - 100);
    yield kind;
  }
}

export type Send = (kind: Kind) => Promise<void>;

/**
 * Sends at a rate, whether or not answers come, and resolves when the last answer is there.
 * @param rate requests per second
 */
export async function sendAtRate(send: Send, rate: number, milliseconds: number): Promise<void> {
  const kinds = kindsInTurn();
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  let due = 0;
  for (let now = 0; now < milliseconds; now = performance.now() - startedAt) {
    const from = due;
    due = (now / 1_000) * rate;
    for (let n = Math.ceil(from); n < due && underWay.size < MOST_AT_ONCE; n++) {
      const sent = send(kinds.next().value).finally(() => underWay.delete(sent));
      underWay.add(sent);
    }
    await pause(TICK_MS);
  }
  await Promise.all(underWay);
}

/** Requests per second that so many clients get through who each wait for their answers. */
export async function measureCapacity(send: Send, clients: number, milliseconds: number): Promise<number> {
  const kinds = kindsInTurn();
  const startedAt = performance.now();
  let answered = 0;
  const client = async (): Promise<void> => {
    while (performance.now() - startedAt < milliseconds) {
      await send(kinds.next().value);
      if (performance.now() - startedAt < milliseconds) answered += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return (answered / milliseconds) * 1_000;
}
