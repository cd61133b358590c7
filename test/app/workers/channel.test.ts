import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Channel, type Hearing, type Waiting } from '../../../src/app/workers/channel.ts';

interface Talk {
  readonly questions: {
    readonly double: { readonly asks: number; readonly answers: number };
    readonly never: { readonly asks: undefined; readonly answers: undefined };
  };
  readonly news: { readonly told: string };
}

const MOST: Waiting = { messages: 8, bytes: 4096 };

type Side = Channel<Talk, Talk>;

/** Two ends of one pipe; what is sent waits in it until it is let through. */
class Pipe {
  readonly heard: string[] = [];
  readonly full: Waiting[] = [];
  readonly near: Side;
  readonly far: Side;
  readonly #waiting: (() => void)[] = [];

  constructor(isOpen = true) {
    const hearing: Hearing<Talk> = {
      questions: { double: (asked) => asked * 2, never: () => new Promise(() => {}) },
      news: { told: (news) => void this.heard.push(news) },
    };
    const end = (other: () => Side): Side =>
      new Channel<Talk, Talk>(
        {
          send: (message, onSent) => {
            const pass = (): void => {
              onSent();
              other().receive(message);
            };
            if (isOpen) pass();
            else this.#waiting.push(pass);
          },
          onFull: (waiting) => void this.full.push(waiting),
        },
        hearing,
        MOST,
      );
    this.near = end(() => this.far);
    this.far = end(() => this.near);
  }

  /** Lets through what waits, all of it or so many. */
  pass(count = Infinity): void {
    for (const pass of this.#waiting.splice(0, count)) pass();
  }
}

describe('Channel', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('answers questions both ways, and tells news in order', async () => {
    const { near, far, heard } = new Pipe();
    near.tell('told', 'first');
    far.tell('told', 'second');
    const answers = await Promise.all([
      near.ask('double', 2, 1_000),
      near.ask('double', 3, 1_000),
      far.ask('double', 4, 1_000),
    ]);
    expect(answers).toEqual([4, 6, 8].map((value) => ({ ok: true, value })));
    expect(heard).toEqual(['first', 'second']);
  });

  it('says of what is not answered in time that it is late, and forgets it', async () => {
    const pipe = new Pipe(false);
    const asked = pipe.near.ask('double', 2, 1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await asked).toEqual({ ok: false, failure: 'late' });
    pipe.pass();
    await vi.advanceTimersByTimeAsync(0);
    pipe.pass();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says of all that is asked that the other end is closed', async () => {
    const { near, heard } = new Pipe();
    const asked = near.ask('never', undefined, 1_000);
    near.close();
    expect(await asked).toEqual({ ok: false, failure: 'closed' });
    expect(await near.ask('double', 2, 1_000)).toEqual({ ok: false, failure: 'closed' });
    near.tell('told', 'nobody');
    expect(heard).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes nothing more while too many messages wait, says so once, and goes on when half of them are gone', async () => {
    const pipe = new Pipe(false);
    for (let n = 0; n < MOST.messages + 5; n++) pipe.near.tell('told', String(n));
    expect(pipe.full).toMatchObject([{ messages: MOST.messages }]);
    expect(await pipe.near.ask('double', 2, 1_000)).toEqual({ ok: false, failure: 'full' });
    pipe.pass(MOST.messages / 2);
    pipe.near.tell('told', 'still too many');
    pipe.pass(1);
    pipe.near.tell('told', 'room');
    pipe.pass();
    expect(pipe.heard).toHaveLength(MOST.messages + 1);
    expect(pipe.heard.at(-1)).toBe('room');
    expect(pipe.full).toHaveLength(1);
  });

  it('takes nothing more while too many bytes wait; one message may be larger', async () => {
    const pipe = new Pipe(false);
    pipe.near.tell('told', 'x'.repeat(MOST.bytes * 2));
    pipe.near.tell('told', 'lost');
    expect(pipe.full).toMatchObject([{ messages: 1 }]);
    pipe.pass();
    pipe.near.tell('told', 'room');
    pipe.pass();
    expect(pipe.heard.map((news) => news.slice(0, 4))).toEqual(['xxxx', 'room']);
  });

  it('takes no more questions than may wait for an answer', async () => {
    const { near, full } = new Pipe();
    const asked = Array.from({ length: MOST.messages }, () => near.ask('never', undefined, 1_000));
    expect(await near.ask('double', 2, 1_000)).toEqual({ ok: false, failure: 'full' });
    expect(full).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(new Set((await Promise.all(asked)).map((answer) => JSON.stringify(answer)))).toEqual(
      new Set(['{"ok":false,"failure":"late"}']),
    );
    expect(await near.ask('double', 2, 1_000)).toEqual({ ok: true, value: 4 });
  });
});
