import { deserialize, serialize } from 'node:v8';
import { ok, fail, type Result } from '../../core/result.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';

/** What two processes may say to each other: questions with their answers, and news that nobody answers. */
export interface Speech {
  readonly questions: { readonly [name: string]: { readonly asks: unknown; readonly answers: unknown } };
  readonly news: { readonly [name: string]: unknown };
}

/** How one side answers what the other one asks, and takes its news. */
export type Hearing<S extends Speech> = {
  readonly questions: {
    readonly [N in keyof S['questions']]: (
      asked: S['questions'][N]['asks'],
    ) => S['questions'][N]['answers'] | Promise<S['questions'][N]['answers']>;
  };
  readonly news: { readonly [N in keyof S['news']]: (news: S['news'][N]) => void };
};

/** The pipe to the other process. */
export interface Pipe {
  /**
   * Never throws; what cannot be sent is lost, and the pipe will be found closed.
   * @param onSent it has left this process: it waits no longer
   */
  send(message: Uint8Array, onSent: () => void): void;
  /** So much waits for the other process that nothing more is taken; told once until there is room again. */
  onFull(waiting: Waiting): void;
}

/** What the other process has not taken yet. */
export interface Waiting {
  readonly messages: number;
  readonly bytes: Bytes;
}

/**
 * How much may wait: messages to be sent, their bytes, and as many questions to be answered. Beyond so many bytes nothing more is
 * taken; one message may be larger, since a policy has bounds of its own.
 */
const MOST_WAITING: Waiting = { messages: 16_384, bytes: 16 * 1024 * 1024 };

type Message =
  | { readonly kind: 'news'; readonly name: string; readonly body: unknown }
  | { readonly kind: 'question'; readonly id: number; readonly name: string; readonly body: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly body: unknown };

/** Why there is no answer: the other process has ended, took longer than it was given, or has too much to take in already. */
export type Unanswered = 'closed' | 'late' | 'full';

/**
 * Questions and news over the pipe between two processes of one gateway, in the order in which they are said. Both sides are the
 * same program: what arrives is not checked again.
 *
 * Node keeps what a process does not read, without bound, in the memory of the one that writes. Here it is bounded: beyond, a
 * question is not asked (`full`), and news and answers are lost, which whoever owns the pipe is told of.
 */
export class Channel<Said extends Speech, Heard extends Speech> {
  readonly #pipe: Pipe;
  readonly #hearing: Hearing<Heard>;
  readonly #most: Waiting;
  readonly #asked = new Map<number, (answer: Result<unknown, Unanswered>) => void>();
  #questions = 0;
  #messages = 0;
  #bytes: Bytes = 0;
  #isFull = false;
  #isClosed = false;

  constructor(pipe: Pipe, hearing: Hearing<Heard>, most: Waiting = MOST_WAITING) {
    this.#pipe = pipe;
    this.#hearing = hearing;
    this.#most = most;
  }

  /** What cannot be told, for want of room or with the other process, is lost. */
  tell<N extends keyof Said['news'] & string>(name: N, body: Said['news'][N]): void {
    this.#send({ kind: 'news', name, body });
  }

  /** @param within how long it may take */
  ask<N extends keyof Said['questions'] & string>(
    name: N,
    body: Said['questions'][N]['asks'],
    within: Milliseconds,
  ): Promise<Result<Said['questions'][N]['answers'], Unanswered>> {
    if (this.#isClosed) return Promise.resolve(fail('closed'));
    const id = this.#questions++;
    if (!this.#send({ kind: 'question', id, name, body })) return Promise.resolve(fail('full'));
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(fail('late')), within);
      const settle = (answer: Result<unknown, Unanswered>): void => {
        clearTimeout(timer);
        this.#asked.delete(id);
        resolve(answer);
      };
      this.#asked.set(id, settle);
    });
  }

  /** Takes what has arrived through the pipe. */
  receive(message: Uint8Array): void {
    const heard = deserialize(message) as Message;
    if (heard.kind === 'news') this.#hearing.news[heard.name as keyof Heard['news']](heard.body as never);
    else if (heard.kind === 'answer') this.#asked.get(heard.id)?.(ok(heard.body));
    else void this.#answer(heard.id, heard.name, heard.body);
  }

  /** The other process has ended: nobody answers any more. */
  close(): void {
    this.#isClosed = true;
    for (const settle of this.#asked.values()) settle(fail('closed'));
  }

  async #answer(id: number, name: string, asked: unknown): Promise<void> {
    const body: unknown = await this.#hearing.questions[name as keyof Heard['questions']](asked);
    this.#send({ kind: 'answer', id, body });
  }

  /** @returns false: it was lost */
  #send(message: Message): boolean {
    if (this.#isClosed || !this.#hasRoom()) return false;
    const bytes = serialize(message);
    this.#messages += 1;
    this.#bytes += bytes.length;
    this.#pipe.send(bytes, () => {
      this.#messages -= 1;
      this.#bytes -= bytes.length;
    });
    return true;
  }

  /** Once full it stays so until half of it is gone: who is told does something about it. */
  #hasRoom(): boolean {
    const messages = Math.max(this.#messages, this.#asked.size);
    const share = this.#isFull ? 0.5 : 1;
    const isFull = messages >= this.#most.messages * share || this.#bytes >= this.#most.bytes * share;
    if (isFull && !this.#isFull) this.#pipe.onFull({ messages, bytes: this.#bytes });
    this.#isFull = isFull;
    return !isFull;
  }
}
