import type { Lab } from '../../support/lab.ts';
import { ask } from '../masking/ask.ts';

const CLIENTS = 8;

/** Clients that ask for one thing after the other through a gateway, each for something else. */
export class Load {
  /** What was answered with 200. */
  readonly answered: string[] = [];
  readonly #clients: Promise<unknown>;
  #asked = 0;
  #isOver = false;

  constructor(lab: Lab, origin: string) {
    const client = async (): Promise<void> => {
      while (!this.#isOver) {
        const target = `/load/${this.#asked++}`;
        const answer = await ask(lab, origin, { method: 'GET', target }).catch(() => undefined);
        if (answer?.status === 200) this.answered.push(target);
      }
    };
    this.#clients = Promise.all(Array.from({ length: CLIENTS }, client));
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#clients;
  }

  /** What was answered, or has come to the origin, and is not among what was permitted. */
  missingIn(lab: Lab, origin: string, permitted: readonly { readonly target?: string | undefined }[]): readonly string[] {
    const recorded = new Set(permitted.map(({ target = '' }) => new URL(target).pathname));
    const arrived = lab.origin(origin).requests.flatMap(({ target }) => (target.startsWith('/load/') ? [target] : []));
    return [...this.answered, ...arrived].filter((target) => !recorded.has(target));
  }
}
