import type { Socket } from 'node:net';
import type { Failure } from '../core/codes.ts';
import type { Accepted, Identified, Subject } from '../core/exchange/exchange.ts';
import type { DecisionEvent, OutcomeEvent } from '../core/exchange/record.ts';
import type { ReplySink } from '../core/exchange/reply-sink.ts';
import type { Result } from '../core/result.ts';
import { isLastForward } from '../wire/http/max-forwards.ts';
import { answerTo, sendAnswer } from './answer.ts';
import type { RequestContent } from './content/request-content.ts';
import { mintInterceptPermit } from './judging/authorize.ts';
import { ESTABLISHED } from './carrying/established.ts';
import { identifyByCredentials, identifyByTunnel } from './judging/identify.ts';
import { permittedEvent, refusedEvent } from './record-events.ts';
import { refuse, type Refusal } from './judging/refusal.ts';
import { homeOf, type Progress } from './judging/progress.ts';
import type { Services } from './services.ts';
import { foresee } from './foresee.ts';
import { askInAdvance, readGrantOrder } from './holding/ask-in-advance.ts';
import { ownApproval, waitOf } from './holding/own-approval.ts';
import { originOf } from './holding/shown-request.ts';
import { unsentRequest } from './unsent-request.ts';

/** The name under which agents reach the gateway itself, through the proxy only (contract §3). It exists in no DNS. */
const AGENT_SURFACE_NAME = 'cordon.internal';

/** Calls of `explain` per agent and minute: each may tell something about the policy. */
const EXPLAIN_PER_MINUTE = 60;

const APPROVALS = '/approvals/';
const PATHS = 'ca.pem, healthz, whoami, explain?method=&url=, approvals/<id>?wait=30s, POST grants\n';

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** The request that was asked about: its name may have been looked up, so the record tells it. */
  readonly explained?: string;
}

/** What the gateway tells agents about itself and about them: its CA, who they are, why something would be refused. */
export class AgentSurface {
  readonly #services: Services;
  readonly #caPem: () => string;
  readonly #explained = new Map<string, { minute: number; calls: number }>();

  constructor(services: Services, caPem: () => string) {
    this.#services = services;
    this.#caPem = caPem;
  }

  /** Whether an exchange is for the gateway itself, or may go no further. */
  owns(accepted: Accepted): boolean {
    return isOwnName(accepted) || isLastForward(accepted.method, accepted.fields);
  }

  /** Answers one request. @invariant nothing is dialled, and only {@link foresee} looks a name up */
  async serve(accepted: Accepted, reply: ReplySink, content: RequestContent | undefined): Promise<void> {
    const startedAt = this.#services.clock.monotonic();
    const identified = await identifyByTunnel(accepted, this.#services);
    const page = await this.#page(accepted, identified, { reply, content });
    const event = 'code' in page ? refusedEvent(page) : ownAnswer(identified.ok ? identified.value : accepted, page.explained);
    const recorded = await this.#record(event, accepted);
    const shown = recorded.ok ? page : recorded.failure;
    if ('code' in shown) {
      const answer = answerTo(shown);
      sendAnswer(reply, answer);
      this.#end(accepted, answer.status, startedAt, { code: shown.code, detail: shown.detail ?? shown.reason ?? '' });
      return;
    }
    sendPage(reply, shown, accepted);
    this.#end(accepted, shown.status, startedAt);
  }

  /** Ends a CONNECT to the gateway's own name here; the requests inside come back through {@link serve}. */
  async serveTunnel(accepted: Accepted, socket: Socket, head: Uint8Array): Promise<void> {
    const startedAt = this.#services.clock.monotonic();
    // Part of the surface needs no identity; for the rest, the tunnel carries the one that its CONNECT showed.
    const identified = await identifyByCredentials(accepted, this.#services);
    const opened = identified.ok ? identified.value : accepted;
    const recorded = await this.#record(ownAnswer(opened), accepted);
    if (!recorded.ok) {
      socket.destroy();
      return;
    }
    const unknown = identified.ok ? this.#keepKnown(identified.value, socket) : undefined;
    // Of a connection that is gone nobody would hear the end.
    if (unknown !== undefined || socket.destroyed) {
      socket.destroy();
      this.#end(accepted, undefined, startedAt, unknown);
      return;
    }
    socket.write(ESTABLISHED);
    const intercepted = await this.#services.interceptor.intercept(mintInterceptPermit(accepted), opened, socket, head);
    if (!intercepted.ok) socket.destroy();
    this.#end(accepted, 200, startedAt, intercepted.ok ? undefined : intercepted.failure);
  }

  /** Cuts the tunnel when its subject is known no longer: what is asked inside rests on the identity of its CONNECT. */
  #keepKnown(exchange: Identified, socket: Socket): Failure | undefined {
    const { live, inForce, clock } = this.#services;
    if (socket.destroyed) return undefined;
    const tunnel = { exchange, cut: () => void socket.destroy() };
    socket.once('close', () => live.delete(tunnel));
    return live.admit(tunnel, inForce(), clock.now());
  }

  async #record(event: DecisionEvent, accepted: Accepted): Promise<Result<void, Refusal>> {
    const recorded = await this.#services.recorder.decision(event, homeOf(accepted));
    return recorded.ok ? recorded : refuse(recorded.failure, accepted);
  }

  #end(accepted: Accepted, status: number | undefined, startedAt: number, failure?: Failure): void {
    const { recorder, clock } = this.#services;
    const event: OutcomeEvent = {
      kind: 'outcome',
      exchange: accepted.id,
      status,
      code: failure?.code,
      detail: failure?.detail,
      bytes: { sent: 0, received: 0 },
      timing: { total: clock.monotonic() - startedAt },
      findings: {},
    };
    recorder.outcome(event, homeOf(accepted));
  }

  async #page(
    accepted: Accepted,
    identified: Result<Identified, Refusal>,
    { reply, content }: { readonly reply: ReplySink; readonly content: RequestContent | undefined },
  ): Promise<Page | Refusal> {
    // As its final recipient the gateway has no options to tell of; that it answers is what was asked (RFC 9110 §7.6.2).
    if (!isOwnName(accepted))
      return identified.ok ? { status: 200, type: 'text/plain; charset=utf-8', body: '' } : identified.failure;
    const [path = '/', query = ''] = accepted.requestTarget.split('?', 2);
    if (path === '/grants' && accepted.method === 'POST') {
      return identified.ok ? await this.#askForGrant(identified.value, content) : identified.failure;
    }
    if (accepted.method !== 'GET' && accepted.method !== 'HEAD')
      return { status: 405, type: 'text/plain; charset=utf-8', body: 'GET only\n' };
    if (path === '/ca.pem') return { status: 200, type: 'application/x-pem-file', body: this.#caPem() };
    if (path === '/healthz') return { status: 200, type: 'text/plain; charset=utf-8', body: 'ok\n' };
    return identified.ok ? await this.#ownPage(path, new URLSearchParams(query), identified.value, reply) : identified.failure;
  }

  /** What an agent is told of itself alone. */
  async #ownPage(path: string, query: URLSearchParams, exchange: Identified, reply: ReplySink): Promise<Page | Refusal> {
    if (path === '/whoami') return json(whoami(exchange.subject));
    if (path === '/explain') return await this.#explain(exchange.subject, query, exchange);
    if (path.startsWith(APPROVALS)) return await this.#approval(path, query, exchange, reply);
    return { status: 404, type: 'text/plain; charset=utf-8', body: PATHS };
  }

  async #approval(path: string, query: URLSearchParams, progress: Identified, reply: ReplySink): Promise<Page | Refusal> {
    const wait = waitOf(query);
    if (wait === undefined) return { code: 'malformed_request', reason: 'wait: expected a duration such as 30s', progress };
    const waiter = { whenGone: (listener: () => void) => reply.whenAborted(listener) };
    const id = path.slice(APPROVALS.length);
    const found = await ownApproval(id, { subject: progress.subject, wait, waiter }, this.#services);
    if (!found.ok) return { ...found.failure, progress };
    return found.value === undefined
      ? { status: 404, type: 'text/plain; charset=utf-8', body: 'No approval of this agent has that id\n' }
      : json(found.value);
  }

  async #explain(subject: Subject, parameters: URLSearchParams, accepted: Identified): Promise<Page | Refusal> {
    if (!this.#mayExplain(subject))
      return { code: 'limit_exceeded', reason: `explain answers ${EXPLAIN_PER_MINUTE} calls a minute`, progress: accepted };
    const asked = { method: parameters.get('method') ?? 'GET', url: parameters.get('url') ?? '' };
    const unsent = unsentRequest({ ...accepted, subject }, asked);
    if (!unsent.ok) return { code: 'malformed_request', reason: unsent.failure, progress: accepted };
    // It exists in no DNS, and no rule is asked about it.
    if (isOwnName(unsent.value)) return json({ decision: 'permit', reason: 'The gateway answers for itself' });
    return { ...json(await foresee(unsent.value, this.#services)), explained: explainedText(unsent.value) };
  }

  async #askForGrant(progress: Identified, content: RequestContent | undefined): Promise<Page | Refusal> {
    const order = await readGrantOrder(content?.open() ?? null);
    if (!order.ok) return { code: 'malformed_request', reason: order.failure, progress };
    const unsent = unsentRequest(progress, order.value);
    if (!unsent.ok) return { code: 'malformed_request', reason: unsent.failure, progress };
    if (isOwnName(unsent.value)) return { code: 'malformed_request', reason: 'url: the gateway needs no grant', progress };
    const asked = await askInAdvance(unsent.value, order.value, this.#services);
    if (!asked.ok) return { ...asked.failure, progress };
    const statusUrl = `http://${AGENT_SURFACE_NAME}${APPROVALS}${asked.value}`;
    return { ...json({ approval: asked.value, statusUrl }), status: 202, explained: explainedText(unsent.value) };
  }

  #mayExplain({ attributes }: Subject): boolean {
    const minute = Math.floor(this.#services.clock.monotonic() / 60_000);
    const account = this.#explained.get(attributes.agent);
    if (account === undefined || account.minute !== minute) {
      this.#explained.set(attributes.agent, { minute, calls: 1 });
      return true;
    }
    account.calls += 1;
    return account.calls <= EXPLAIN_PER_MINUTE;
  }
}

function isOwnName({ authority }: Pick<Accepted, 'authority'>): boolean {
  return authority.host.kind === 'name' && authority.host.name === AGENT_SURFACE_NAME;
}

function explainedText(unsent: Identified): string {
  return `${unsent.method} ${originOf(unsent)}`;
}

function ownAnswer(progress: Progress, explained?: string): DecisionEvent {
  const about = explained === undefined ? '' : `, about ${explained}`;
  return { ...permittedEvent(progress), reason: `The gateway answers for itself${about}` };
}

function whoami(subject: Subject): object {
  const { agent, home, mode } = subject.attributes;
  return { agent, home: home.label, mode, session: subject.session, identifiedBy: subject.by.split(':', 1)[0] };
}

function json(value: object): Page {
  return { status: 200, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

function sendPage(reply: ReplySink, page: Page, { id, method }: Pick<Accepted, 'id' | 'method'>): void {
  const body = new TextEncoder().encode(page.body);
  const content = ['Content-Type', page.type, 'Content-Length', String(body.length), 'Cache-Control', 'no-store'];
  reply.start(page.status, '', [...content, 'Cordon-Exchange', id]);
  if (method !== 'HEAD') reply.write(body);
  reply.end();
}
