import type { Readable } from 'node:stream';
import type { Failure } from '../core/codes.ts';
import type { Accepted, TunnelContext } from '../core/exchange/exchange.ts';
import type { ExchangeId } from '../core/ids.ts';
import type { ReplySink } from '../core/exchange/reply-sink.ts';
import type { AgentSurface } from './agent-surface.ts';
import { answerTo, sendAnswer, type Answer } from './answer.ts';
import { carryRequest } from './carrying/carry-request.ts';
import { carryIntercepted, carryOpaque } from './carrying/carry-tunnel.ts';
import { carryUpgrade } from './carrying/carry-upgrade.ts';
import type { ClientSocket } from './carrying/client-socket.ts';
import { judge } from './judge.ts';
import { answeredEvent } from './record-events.ts';
import type { Progress, Refusal } from './judging/refusal.ts';
import type { Services } from './services.ts';

/** How much of the content of a refused request is read away before its connection is cut. */
const DISCARD_LIMIT = 1024 * 1024;

interface RawConnection {
  readonly accepted: Accepted;
  readonly socket: ClientSocket;
  readonly openReply: () => ReplySink;
  readonly head: Uint8Array;
}

/**
 * The enforcement point: judges what the listeners accept, then carries it out or answers why not. Every call ends in a
 * record, and none of them throws.
 */
export class Enforcement {
  readonly #services: Services;
  readonly #surface: AgentSurface;
  readonly #newExchangeId: () => ExchangeId;

  constructor(services: Services, surface: AgentSurface, newExchangeId: () => ExchangeId) {
    this.#services = services;
    this.#surface = surface;
    this.#newExchangeId = newExchangeId;
  }

  request({ accepted, reply, content }: { readonly accepted: Accepted; readonly reply: ReplySink; readonly content: Readable | null }): void {
    void this.#request(accepted, reply, content);
  }

  upgrade(connection: RawConnection): void {
    void this.#upgrade(connection);
  }

  connect(connection: RawConnection): void {
    void this.#connect(connection);
  }

  /** Records and words a request that was refused before it became an exchange. */
  refuse(request: {
    readonly client: { readonly address: string; readonly port: number };
    readonly failure: Failure;
    readonly method?: string;
    readonly target?: string;
    readonly tunnel?: TunnelContext;
  }): Answer {
    const id = this.#newExchangeId();
    const { client, failure, method, target, tunnel } = request;
    const startedAt = this.#services.clock.monotonic();
    void this.#services.recorder.decision({
      kind: 'decision',
      exchange: id,
      client: client.address,
      ...(tunnel !== undefined && { tunnel: tunnel.id }),
      ...(tunnel?.subject !== undefined && { subject: tunnel.subject.attributes.agent, session: tunnel.subject.session }),
      ...(method !== undefined && { method }),
      ...(target !== undefined && { target: target.split('?', 1)[0]! }),
      evidence: [],
      decision: 'deny',
      code: failure.code,
      reason: failure.detail,
      rules: [],
      obligations: [],
    });
    const answer = answerTo({ code: failure.code, reason: failure.detail, progress: unreadable(id, request, this.#services) });
    this.#services.recorder.outcome(answeredEvent({ id }, failure.code, answer.status, this.#services.clock.monotonic() - startedAt));
    return answer;
  }

  async #request(accepted: Accepted, reply: ReplySink, content: Readable | null): Promise<void> {
    if (this.#surface.owns(accepted)) {
      await this.#surface.serve(accepted, reply);
      discard(content, reply);
      return;
    }
    const judged = await judge(accepted, this.#services);
    if (!judged.ok) {
      this.#answer(judged.failure, reply);
      discard(content, reply);
      return;
    }
    const permitted = judged.value;
    if (permitted.permit !== undefined) await carryRequest(permitted, reply, content, this.#services);
  }

  async #upgrade(connection: RawConnection): Promise<void> {
    const judged = await judge(connection.accepted, this.#services);
    if (!judged.ok) this.#answer(judged.failure, connection.openReply());
    else if (judged.value.permit !== undefined) await carryUpgrade(judged.value, connection, this.#services);
  }

  async #connect(connection: RawConnection): Promise<void> {
    const { accepted, socket, head } = connection;
    if (this.#surface.owns(accepted)) {
      await this.#surface.serveTunnel(accepted, socket, head);
      return;
    }
    const judged = await judge(accepted, this.#services);
    if (!judged.ok) {
      if (!(await this.#surface.tellInside(judged.failure, socket, head))) this.#answer(judged.failure, connection.openReply());
      return;
    }
    const permitted = judged.value;
    if (permitted.intercept !== undefined) await carryIntercepted(permitted, socket, head, this.#services);
    else await carryOpaque(permitted, socket, head, this.#services);
  }

  #answer(refusal: Refusal, reply: ReplySink): void {
    const { clock, recorder } = this.#services;
    const answer = answerTo(refusal);
    sendAnswer(reply, answer);
    recorder.outcome(answeredEvent(refusal.progress, refusal.code, answer.status, clock.now() - refusal.progress.startedAt));
  }
}

function unreadable(id: ExchangeId, request: { readonly client: Accepted['client']; readonly tunnel?: TunnelContext }, { clock }: Services): Progress {
  const { client, tunnel } = request;
  const authority = { host: { kind: 'name', name: 'unreadable.invalid' }, port: 443 } as const;
  return {
    id,
    kind: tunnel === undefined ? 'forward' : 'intercepted',
    visibility: 'cleartext',
    client,
    startedAt: clock.now(),
    scheme: 'http',
    authority,
    method: '',
    requestTarget: '',
    fields: [],
    httpVersion: '1.1',
    hasContent: false,
    ...(tunnel !== undefined && { tunnel }),
  };
}

// The client may still be sending. A little is read away so that it gets to read its answer; more is cut off.
function discard(content: Readable | null, reply: ReplySink): void {
  if (content === null || content.readableEnded) return;
  let bytes = 0;
  content.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > DISCARD_LIMIT) {
      content.destroy();
      reply.abort();
    }
  });
  content.on('error', () => {});
}
