import { setTimeout as pause } from 'node:timers/promises';
import type { Lab } from '../../support/lab.ts';
import { RawConnection } from '../../support/raw-client.ts';

/** Names of the laboratory of faults. */
export const DE = 'api.de.lab.example';
export const US = 'api.us.lab.example';

/**
 * What is asked for all the time. `address`: an agent that is known by its address, to an origin at home; `token`: the same of
 * an agent whose token the store has to know; `held`: a request that waits for people in the store; `abroad` and `unnamed`:
 * what nobody permits.
 */
export const KINDS = ['address', 'token', 'held', 'abroad', 'unnamed'] as const;
export type Kind = (typeof KINDS)[number];

/** The answers of a gateway that has all it needs. */
export const WELL: Readonly<Record<Kind, string>> = {
  address: '200',
  token: '200',
  held: '503 held',
  abroad: '403 outside_home',
  unnamed: '403 no_rule',
};

/** Addresses by which agents are known. */
export const BY_ADDRESS = '127.0.97.1';
const BY_TOKEN = '127.0.97.2';

/** No answer at all: the connection was refused, or ended. Right for a process that is killed, and for nothing else. */
export const BROKEN = 'no answer';
/** Longer than any time limit of a gateway on its way to an origin or a store, but for a header section that never comes. */
const PATIENCE_MS = 20_000;
/** Together slow enough that few refusals are folded into one record, which is written when its minute is over. */
const CLIENTS_PER_KIND = 3;
const BETWEEN_MS = 700;

/** Everything that was asked of a gateway, and what came back. */
export class Traffic {
  readonly answers = new Map<string, string>();
  readonly #token: string;
  #asked = 0;

  /** @param token of the agent that has one */
  constructor(token: string) {
    this.#token = token;
  }

  /** Asks for one thing, once: its path comes never again. */
  async ask(lab: Lab, kind: Kind): Promise<string> {
    const path = `/${kind}/${this.#asked++}`;
    const answer = await this.#send(lab, kind, path).catch(() => BROKEN);
    this.answers.set(path, answer);
    return answer;
  }

  /** Clients of every kind that ask for one thing after the other, until the function that this gives is called. */
  start(lab: Lab): () => Promise<void> {
    const state = { isOver: false };
    const client = async (kind: Kind): Promise<void> => {
      while (!state.isOver) {
        await this.ask(lab, kind);
        await pause(BETWEEN_MS);
      }
    };
    const clients = KINDS.flatMap((kind) => Array.from({ length: CLIENTS_PER_KIND }, () => client(kind)));
    return async () => {
      state.isOver = true;
      await Promise.all(clients);
    };
  }

  async #send(lab: Lab, kind: Kind, path: string): Promise<string> {
    const authority = kind === 'unnamed' ? `n${path.slice(9)}.unnamed.example` : lab.authority(kind === 'abroad' ? US : DE);
    const fields = [
      `GET http://${authority}${path} HTTP/1.1`,
      `Host: ${authority}`,
      ...(kind === 'held' ? ['Cordon-Prefer: respond-async'] : []),
      ...(kind === 'token' ? [`Proxy-Authorization: Bearer ${this.#token}`] : []),
    ];
    await using client = await RawConnection.open(lab.gateway.proxy, kind === 'token' ? BY_TOKEN : BY_ADDRESS);
    client.send(`${fields.join('\r\n')}\r\n\r\n`);
    const answer = await client.response('GET', PATIENCE_MS);
    if (answer.field('cordon-exchange') === undefined || answer.status < 400) return String(answer.status);
    return `${answer.status} ${(JSON.parse(answer.content.toString()) as { code: string }).code}`;
  }
}
