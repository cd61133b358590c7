import type { MeAnswer } from '../../admin/contract/people.ts';
import { jsonLines } from './json-lines.ts';
import { type Answer, noAnswer, problemOf } from './problem.ts';

type Method = 'GET' | 'POST' | 'DELETE';

/** The Date field has whole seconds: less than this is no difference. */
const CLOCKS_AGREE = 2000;

/** The admin API, asked under the session of this browser. */
export class Gateway {
  /** Told when the session has ended. */
  onSignedOut: () => void = () => {};
  #csrf: string | undefined;
  #ahead = 0;

  /** Milliseconds since 1970 by the gateway's clock, which the deadlines are in. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  get<T>(path: string): Promise<Answer<T>> {
    return this.#ask<T>('GET', path);
  }

  post<T>(path: string, content?: unknown): Promise<Answer<T>> {
    return this.#ask<T>('POST', path, content);
  }

  delete(path: string): Promise<Answer<undefined>> {
    return this.#ask<undefined>('DELETE', path);
  }

  /** Tells what a path gives, line by line, until it ends: of the shape that the contract has for it. */
  async lines(path: string, onLine: (line: never) => void): Promise<Answer<undefined>> {
    const response = await this.#fetch('GET', path);
    if (!(response instanceof Response)) return response;
    try {
      for await (const line of jsonLines(response.body!)) onLine(line as never);
    } catch {
      return { ok: false, problem: noAnswer() };
    }
    return { ok: true, value: undefined };
  }

  /** Who has this session; undefined where there is none. */
  async me(): Promise<Answer<MeAnswer | undefined>> {
    const answer = await this.#ask<MeAnswer>('GET', '/v1/me');
    if (!answer.ok) return answer.problem.status === 401 ? { ok: true, value: undefined } : answer;
    return { ok: true, value: this.#take(answer.value) };
  }

  async signIn(token: string): Promise<Answer<MeAnswer>> {
    const answer = await this.#ask<MeAnswer>('POST', '/v1/sign-in', { token });
    return answer.ok ? { ok: true, value: this.#take(answer.value) } : answer;
  }

  #take(me: MeAnswer): MeAnswer {
    this.#csrf = me.session?.csrf;
    return me;
  }

  async #ask<T>(method: Method, path: string, content?: unknown): Promise<Answer<T>> {
    const response = await this.#fetch(method, path, content);
    if (!(response instanceof Response)) return response;
    return { ok: true, value: (response.status === 204 ? undefined : await response.json()) as T };
  }

  /** The answer where it is what was asked for. */
  async #fetch(method: Method, path: string, content?: unknown): Promise<Response | Extract<Answer<never>, { ok: false }>> {
    const hasContent = content !== undefined;
    let response: Response;
    try {
      response = await fetch(path, {
        method,
        headers: {
          ...(hasContent && { 'content-type': 'application/json' }),
          ...(method !== 'GET' && this.#csrf !== undefined && { 'cordon-csrf': this.#csrf }),
        },
        ...(hasContent && { body: JSON.stringify(content) }),
      });
    } catch {
      return { ok: false, problem: noAnswer() };
    }
    this.#compareClocks(response);
    if (response.ok) return response;
    if (response.status === 401 && path !== '/v1/sign-in') this.onSignedOut();
    return { ok: false, problem: await problemOf(response) };
  }

  #compareClocks(response: Response): void {
    const theirs = Date.parse(response.headers.get('date') ?? '');
    if (Number.isNaN(theirs)) return;
    const ahead = theirs - Date.now();
    this.#ahead = Math.abs(ahead) < CLOCKS_AGREE ? 0 : ahead;
  }
}
