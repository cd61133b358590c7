import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Answer } from '../core/exchange/answer.ts';
import { Defect, defectDetail } from '../core/defect.ts';
import type { Accepted } from '../core/exchange/exchange.ts';
import type { RefusedRequest } from '../core/exchange/refused-request.ts';
import type { ExchangeId } from '../core/ids.ts';
import type { ReplySink } from '../core/exchange/reply-sink.ts';
import { recordedPath } from '../transform/masking/recorded-text.ts';
import { withoutSecrets } from '../wire/quote.ts';
import type { AgentSurface } from './agent-surface.ts';
import { answerTo, sendAnswer } from './answer.ts';
import { carryRequest } from './carrying/carry-request.ts';
import { carryIntercepted, carryOpaque } from './carrying/carry-tunnel.ts';
import { carryUpgrade } from './carrying/carry-upgrade.ts';
import { discardRest } from './content/discard.ts';
import { RequestContent } from './content/request-content.ts';
import { findingsOf, NO_FINDINGS, recordedFindings } from './findings.ts';
import { ok, type Result } from '../core/result.ts';
import { hold, type Waiter } from './holding/hold.ts';
import { RawWaiter } from './holding/raw-waiter.ts';
import { InsideDenials } from './inside-denials.ts';
import { judge, refuse, refuseAgain } from './judge.ts';
import type { Held, Permitted } from './judging/permitted.ts';
import { answeredEvent } from './record-events.ts';
import type { Refusal } from './judging/refusal.ts';
import type { Services } from './services.ts';
import type { DecisionEvent } from '../core/exchange/record.ts';
import { homeOf } from './judging/progress.ts';

/** Told to an upgrade at the gateway's own name. Judged by rules, the name might be looked up, and it exists in no DNS. */
const NO_WEBSOCKET = 'The gateway itself speaks no WebSocket';

interface RawConnection {
  readonly accepted: Accepted;
  readonly socket: Socket;
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
  readonly #inside: InsideDenials;
  readonly #newExchangeId: () => ExchangeId;

  constructor(services: Services, surface: AgentSurface, newExchangeId: () => ExchangeId) {
    this.#services = services;
    this.#surface = surface;
    this.#inside = new InsideDenials(services);
    this.#newExchangeId = newExchangeId;
  }

  request({
    accepted,
    reply,
    content,
  }: {
    readonly accepted: Accepted;
    readonly reply: ReplySink;
    readonly content: Readable | null;
  }): void {
    const asked = content === null ? undefined : new RequestContent(content, () => reply.continue(), this.#services.content);
    void this.#request(accepted, reply, asked).catch((error: unknown) => {
      this.#endDefect(accepted, error, () => reply.abort());
      // What was read of it must not stay in memory or in the spool.
      return asked?.dispose();
    });
  }

  upgrade(connection: RawConnection): void {
    const { accepted, socket } = connection;
    this.#upgrade(connection).catch((error: unknown) => this.#endDefect(accepted, error, () => socket.destroy()));
  }

  connect(connection: RawConnection): void {
    const { accepted, socket } = connection;
    this.#connect(connection).catch((error: unknown) => this.#endDefect(accepted, error, () => socket.destroy()));
  }

  /** Records and words a request that was refused before it became an exchange. */
  refuse({ client, failure, method, target, tunnel, isGone }: RefusedRequest): Answer {
    const id = this.#newExchangeId();
    const home = tunnel?.subject?.attributes.home;
    const event: DecisionEvent = {
      kind: 'decision',
      exchange: id,
      client: client.address,
      tunnel: tunnel?.id,
      subject: tunnel?.subject?.attributes.agent,
      session: tunnel?.subject?.session,
      home: home?.label,
      method,
      target: target === undefined ? undefined : recordedPath(withoutSecrets(target)),
      evidence: [],
      decision: 'deny',
      code: failure.code,
      reason: failure.detail,
      rules: [],
      obligations: [],
    };
    void this.#services.recorder.decision(event, home);
    const answer = answerTo({
      code: failure.code,
      reason: failure.detail,
      progress: { id, ...(tunnel !== undefined && { tunnel }) },
    });
    const outcome = answeredEvent({ id }, failure.code, isGone === true ? undefined : answer.status, 0);
    this.#services.recorder.outcome(outcome, home);
    return answer;
  }

  async #request(accepted: Accepted, reply: ReplySink, asked: RequestContent | undefined): Promise<void> {
    if (this.#surface.owns(accepted)) {
      await this.#surface.serve(accepted, reply, asked);
      await discardRest(asked, reply);
      return;
    }
    const waiter: Waiter = { whenGone: (listener) => reply.whenAborted(listener) };
    const judged = await this.#released(await this.#judge(accepted, asked), waiter, asked);
    if (!judged.ok) {
      this.#answer(judged.failure, reply);
      await discardRest(asked, reply);
      return;
    }
    const permitted = judged.value;
    if (permitted.permit !== undefined) await carryRequest(permitted, reply, asked, this.#services);
  }

  /** Asks people about what a rule holds; everything else is as it was judged. */
  async #released(
    judged: Result<Permitted | Held, Refusal>,
    waiter: Waiter,
    content?: RequestContent,
  ): Promise<Result<Permitted, Refusal>> {
    if (!judged.ok) return judged;
    const { value } = judged;
    return 'held' in value ? await hold(value, { waiter, content }, this.#services) : ok(value);
  }

  async #upgrade(connection: RawConnection): Promise<void> {
    const { accepted, socket } = connection;
    const judged = this.#surface.owns(accepted)
      ? await refuse({ code: 'protocol_not_allowed', reason: NO_WEBSOCKET, progress: accepted }, this.#services)
      : await this.#releasedUpgrade(accepted, socket);
    if (!judged.ok) this.#answer(judged.failure, connection.openReply());
    else if (judged.value.permit !== undefined) await carryUpgrade(judged.value, connection, this.#services);
  }

  async #releasedUpgrade(accepted: Accepted, socket: Socket): Promise<Result<Permitted, Refusal>> {
    using waiter = new RawWaiter(socket);
    return await this.#released(await this.#judge(accepted), waiter);
  }

  async #connect(connection: RawConnection): Promise<void> {
    const { accepted, socket, head } = connection;
    if (this.#surface.owns(accepted)) {
      await this.#surface.serveTunnel(accepted, socket, head);
      return;
    }
    const judged = await judge(accepted, this.#services);
    if (!judged.ok) {
      if (!(await this.#inside.tell(judged.failure, socket, head))) this.#answer(judged.failure, connection.openReply());
      return;
    }
    const permitted = judged.value;
    if ('held' in permitted) throw new Defect('A tunnel was held that nobody looks into');
    if (permitted.intercept !== undefined) await carryIntercepted(permitted, socket, head, this.#services);
    else await carryOpaque(permitted, socket, head, this.#services);
  }

  #judge(accepted: Accepted, content?: RequestContent): Promise<Result<Permitted | Held, Refusal>> {
    const refused = this.#inside.refusalOf(accepted);
    return refused === undefined ? judge(accepted, this.#services, content) : refuseAgain(accepted, refused, this.#services);
  }

  // A defect of ours while it is carried out ends one exchange, not the process and with it everybody else's.
  #endDefect(accepted: Accepted, error: unknown, cut: () => void): void {
    cut();
    const { id, startedAt } = accepted;
    const { clock, recorder } = this.#services;
    const event = {
      kind: 'outcome',
      exchange: id,
      code: 'internal_error',
      detail: defectDetail(error),
      bytes: { sent: 0, received: 0 },
      timing: { total: clock.monotonic() - startedAt },
      findings: {},
    } as const;
    // What the stages came to know is in it.
    recorder.outcome(event, homeOf(accepted));
  }

  #answer(refusal: Refusal, reply: ReplySink): void {
    const { clock, recorder } = this.#services;
    const answer = answerTo(refusal);
    // Who waited for people may have left long before.
    const isGone = reply.closed;
    if (!isGone) sendAnswer(reply, answer);
    const { progress, code } = refusal;
    const event = answeredEvent(progress, code, isGone ? undefined : answer.status, clock.monotonic() - progress.startedAt);
    const findings = findingsOf(progress);
    if (findings !== NO_FINDINGS) recorder.found(findings);
    const told = findings === NO_FINDINGS ? event : { ...event, findings: recordedFindings(findings) };
    recorder.outcome(told, homeOf(progress));
  }
}
