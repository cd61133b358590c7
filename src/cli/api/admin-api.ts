import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { openExchange, readAnswer, type ApiRequest } from './api-exchange.ts';
import { type ApiFailure, parseProblem, refused, strange, unreachable } from './api-failure.ts';

/** A gateway answers from its store; one that takes longer is not well. */
const ANSWERED_WITHIN: Milliseconds = 30_000;
/** Heartbeats of the stream of events come every 15 s. */
const STREAM_SILENCE: Milliseconds = 45_000;
/** How often it is asked again where it says that it was asked too often, and the longest wait before. */
const PATIENCE = { attempts: 5, wait: 10_000 } as const;

/** The admin API of a gateway, asked as one person. */
export class AdminApi {
  readonly base: URL;
  readonly token: string;

  constructor(base: URL, token: string) {
    this.base = base;
    this.token = token;
  }

  get<T>(path: string, signal?: AbortSignal): Promise<Result<T, ApiFailure>> {
    return this.#ask(this.#request('GET', path, { signal }), (text) => JSON.parse(text) as T);
  }

  /** An answer that is no JSON. */
  text(path: string, signal?: AbortSignal): Promise<Result<string, ApiFailure>> {
    return this.#ask(this.#request('GET', path, { signal }), (text) => text);
  }

  post<T>(path: string, json: unknown): Promise<Result<T, ApiFailure>> {
    return this.#ask(this.#request('POST', path, { json }), (text) => JSON.parse(text) as T);
  }

  delete(path: string): Promise<Result<void, ApiFailure>> {
    return this.#ask(this.#request('DELETE', path), () => {});
  }

  /** The stream of events, open; who reads it is told of its end. */
  async events(signal: AbortSignal): Promise<Result<IncomingMessage, ApiFailure>> {
    const request = { ...this.#request('GET', '/v1/events'), silence: STREAM_SILENCE, signal };
    try {
      const answer = await openExchange(request);
      if (answer.statusCode === 200) return ok(answer);
      return fail(this.#failureOf(answer.statusCode ?? 0, await readAnswer(answer)));
    } catch (error) {
      return fail(unreachable(this.base, error as Error));
    }
  }

  /** @param read throws where it is not what the admin API says */
  async #ask<T>(request: ApiRequest, read: (text: string) => T): Promise<Result<T, ApiFailure>> {
    try {
      for (let attempt = 1; ; attempt++) {
        const answer = await openExchange(request);
        const text = await readAnswer(answer);
        const status = answer.statusCode ?? 0;
        const isTooMany = status === 429 && attempt < PATIENCE.attempts;
        if (!isTooMany) return this.#read(status, text, read);
        await pause(Math.min(PATIENCE.wait, Number(answer.headers['retry-after'] ?? 1) * 1000), undefined, {
          signal: request.signal,
        });
      }
    } catch (error) {
      return fail(unreachable(this.base, error as Error));
    }
  }

  #read<T>(status: number, text: string, read: (text: string) => T): Result<T, ApiFailure> {
    if (status === 204) return ok(undefined as T);
    if (status !== 200 && status !== 201) return fail(this.#failureOf(status, text));
    try {
      return ok(read(text));
    } catch {
      return fail(strange(this.base, status));
    }
  }

  #failureOf(status: number, text: string): ApiFailure {
    const problem = parseProblem(text);
    return problem === undefined ? strange(this.base, status) : refused(this.base, status, problem);
  }

  #request(
    method: ApiRequest['method'],
    path: string,
    { json, signal }: { readonly json?: unknown; readonly signal?: AbortSignal | undefined } = {},
  ): ApiRequest {
    const url = new URL(path, this.base);
    const more = { ...(json !== undefined && { json }), ...(signal !== undefined && { signal }) };
    return { url, method, token: this.token, silence: ANSWERED_WITHIN, ...more };
  }
}
