import type { Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import { authorityText } from '../../core/address.ts';
import { defectDetail } from '../../core/defect.ts';
import type { Answer } from '../../core/exchange/answer.ts';
import type { Accepted } from '../../core/exchange/exchange.ts';
import type { RefusedRequest } from '../../core/exchange/refused-request.ts';
import type { ReplySink } from '../../core/exchange/reply-sink.ts';
import type { ExchangeId } from '../../core/ids.ts';
import type { ExchangeHandler, IncomingConnection, IncomingRequest } from '../../listener/exchange-handler.ts';
import type { InterceptedListener } from '../../listener/intercepted-listener.ts';
import { sendAnswer } from '../../pipeline/answer.ts';
import { ESTABLISHED } from '../../pipeline/carrying/established.ts';
import { targetText } from '../../pipeline/record-events.ts';
import type { ContentReader } from '../../recording/reading/read-content.ts';
import { recordedAnswer, type OriginAnswer } from '../../recording/replay/recorded-answer.ts';
import type { RecordedAnswers, Turn } from '../../recording/replay/recorded-answers.ts';
import type { IssuingCa } from '../../tls/issuing-ca.ts';
import { terminate } from '../../tls/terminate.ts';
import { problemReply, type ProblemInput } from '../../wire/http/problem.ts';
import { deniedAgain } from './denied-again.ts';
import { sendRecorded, type Pace } from './send-recorded.ts';

export interface ReplayMeans {
  readonly answers: RecordedAnswers;
  /** Made for each answer: none outlives the deletion of the keys that it remembers. */
  readonly reader: () => Pick<ContentReader, 'open'>;
  readonly ca: Pick<IssuingCa, 'leafContext'>;
  readonly inside: () => InterceptedListener;
  readonly newExchangeId: () => ExchangeId;
  readonly pace: Pace;
  readonly on: ReplayEvents;
}

/** What happens, for whoever runs it. */
export interface ReplayEvents {
  /** @param hasContent it was an answer of an origin */
  answered(hasContent: boolean): void;
  /** @param sentence what was asked for, and why there is no answer */
  missed(sentence: string): void;
}

/** Answers what a session asked for as it was answered. Nothing is looked up, dialled or sent on. */
export class ReplayHandler implements ExchangeHandler {
  readonly #means: ReplayMeans;

  constructor(means: ReplayMeans) {
    this.#means = means;
  }

  request({ accepted, reply, content }: IncomingRequest): void {
    this.#settle(
      async () => {
        reply.continue();
        // As an origin does that answers what it has read. Nothing of it is kept.
        if (content !== null) await finished(content.resume(), { writable: false });
        await this.#answer(accepted, reply);
      },
      () => reply.abort(),
    );
  }

  upgrade({ accepted, socket, openReply }: IncomingConnection): void {
    this.#settle(
      () => this.#answer(accepted, openReply()),
      () => socket.destroy(),
    );
  }

  connect(connection: IncomingConnection): void {
    this.#settle(
      () => this.#connect(connection),
      () => connection.socket.destroy(),
    );
  }

  refuse({ failure }: RefusedRequest): Answer {
    return problem({ code: failure.code, exchange: this.#means.newExchangeId(), reason: failure.detail });
  }

  async #connect({ accepted, socket, head, openReply }: IncomingConnection): Promise<void> {
    const refusal = this.#means.answers.takeRefusal(authorityText(accepted.authority));
    if (refusal !== undefined) await this.#give(refusal, accepted, openReply());
    else await this.#intercept(accepted, socket, head);
  }

  async #intercept(accepted: Accepted, socket: Socket, head: Uint8Array): Promise<void> {
    const { id, authority, client } = accepted;
    const { ca, inside } = this.#means;
    socket.write(ESTABLISHED);
    const terminated = await terminate(socket, head, { host: authority.host, ca });
    if (terminated.ok) inside().serve(terminated.value.socket, { id, authority }, client);
    else this.#means.on.missed(`CONNECT ${authorityText(authority)}: ${terminated.failure.detail}`);
  }

  #answer(accepted: Accepted, reply: ReplySink): Promise<void> {
    return this.#give(this.#means.answers.take(accepted.method, targetText(accepted)), accepted, reply);
  }

  async #give(turn: Turn, accepted: Accepted, reply: ReplySink): Promise<void> {
    if (!('exchange' in turn)) {
      this.#miss(accepted, reply, this.#whyNone(turn.recorded, accepted));
      return;
    }
    const answer = await recordedAnswer(turn.exchange, this.#means.reader());
    if (!answer.ok) this.#miss(accepted, reply, `${turn.exchange.first.exchange}: ${answer.failure}`);
    else if ('own' in answer.value) this.#deny(deniedAgain(turn.exchange, answer.value.own), reply);
    else await this.#send(answer.value.origin, accepted, reply);
  }

  #deny(input: ProblemInput, reply: ReplySink): void {
    sendAnswer(reply, problem(input));
    this.#means.on.answered(false);
  }

  async #send(answer: OriginAnswer, accepted: Accepted, reply: ReplySink): Promise<void> {
    await sendRecorded(answer, reply, { pace: this.#means.pace, method: accepted.method });
    this.#means.on.answered(true);
  }

  #miss(accepted: Accepted, reply: ReplySink, why: string): void {
    const reason = `${accepted.method} ${targetText(accepted)}: ${why}`;
    sendAnswer(reply, problem({ code: 'not_recorded', exchange: accepted.id, reason }));
    this.#means.on.missed(reason);
  }

  #whyNone(recorded: number, { authority }: Accepted): string {
    if (recorded > 0) return `Found ${recorded} of them in the session, and 0 left`;
    if (this.#means.answers.isOpaque(authorityText(authority)))
      return 'Found a tunnel to it in the session that was not looked into (`inspect: false`)';
    return 'Found 0 of them in the session';
  }

  /** A client that leaves is its own affair; a defect of ours ends one exchange, and is told. */
  #settle(carryOut: () => Promise<void>, cut: () => void): void {
    carryOut().catch((error: unknown) => {
      cut();
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') this.#means.on.missed(defectDetail(error));
    });
  }
}

function problem(input: ProblemInput): Answer {
  const { status, reasonPhrase, fields, body } = problemReply(input);
  return { status, reason: reasonPhrase, fields: fields.flat(), body };
}
