import { ok, fail, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';

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
  /** Never throws; what cannot be sent is lost, and the pipe will be found closed. */
  send(message: object): void;
}

type Message =
  | { readonly kind: 'news'; readonly name: string; readonly body: unknown }
  | { readonly kind: 'question'; readonly id: number; readonly name: string; readonly body: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly body: unknown };

/** Why there is no answer: the other process has ended, or took longer than it was given. */
export type Unanswered = 'closed' | 'late';

/**
 * Questions and news over the pipe between two processes of one gateway, in the order in which they are said. Both sides are the
 * same program: what arrives is not checked again.
 */
export class Channel<Said extends Speech, Heard extends Speech> {
  readonly #pipe: Pipe;
  readonly #hearing: Hearing<Heard>;
  readonly #asked = new Map<number, (answer: Result<unknown, Unanswered>) => void>();
  #questions = 0;
  #isClosed = false;

  constructor(pipe: Pipe, hearing: Hearing<Heard>) {
    this.#pipe = pipe;
    this.#hearing = hearing;
  }

  tell<N extends keyof Said['news'] & string>(name: N, body: Said['news'][N]): void {
    if (!this.#isClosed) this.#pipe.send({ kind: 'news', name, body } satisfies Message);
  }

  /** @param within how long it may take */
  ask<N extends keyof Said['questions'] & string>(
    name: N,
    body: Said['questions'][N]['asks'],
    within: Milliseconds,
  ): Promise<Result<Said['questions'][N]['answers'], Unanswered>> {
    if (this.#isClosed) return Promise.resolve(fail('closed'));
    const id = this.#questions++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(fail('late')), within);
      const settle = (answer: Result<unknown, Unanswered>): void => {
        clearTimeout(timer);
        this.#asked.delete(id);
        resolve(answer);
      };
      this.#asked.set(id, settle);
      this.#pipe.send({ kind: 'question', id, name, body } satisfies Message);
    });
  }

  /** Takes what has arrived through the pipe. */
  receive(message: object): void {
    const heard = message as Message;
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
    if (!this.#isClosed) this.#pipe.send({ kind: 'answer', id, body } satisfies Message);
  }
}
