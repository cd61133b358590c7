import type { FastifyReply } from 'fastify';

/** What the admin API answers instead of a result (RFC 9457). Its titles are constant; `detail` is for this answer. */
const TITLES = {
  400: 'The request is not well-formed',
  401: 'The admin API does not know this visitor',
  403: 'This visitor may not do that',
  404: 'There is no such resource',
  405: 'The resource does not know this method',
  409: 'It cannot be done any more',
  413: 'The content is too large',
  415: 'The content is not JSON',
  421: 'The Host field names another host',
  422: 'The request cannot be answered',
  429: 'Too many requests',
  500: 'The gateway has a defect; it was logged',
  502: 'The identity provider does not answer as it should',
  503: 'The gateway is not ready',
} as const;

export type ProblemStatus = keyof typeof TITLES;

/** Why something is not done: the answer it gets. */
export interface Refusal {
  readonly status: ProblemStatus;
  /** For the visitor: nothing of others, and no secret. */
  readonly detail: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

/** One wrong member of a request. */
export interface ProblemError {
  /** JSON pointer. */
  readonly pointer: string;
  readonly message: string;
}

/** Sends a problem; `errors` names what is wrong with the request, member by member. */
export function sendProblem(
  reply: FastifyReply,
  status: ProblemStatus,
  detail?: string,
  errors?: readonly ProblemError[],
): void {
  reply
    .code(status)
    .type('application/problem+json')
    .serializer((problem: unknown) => JSON.stringify(problem))
    .send({
      type: 'about:blank',
      title: TITLES[status],
      status,
      ...(detail !== undefined && { detail }),
      ...(errors !== undefined && { errors }),
    });
}

/** Sends a refusal as the problem that it is. */
export function sendRefusal(reply: FastifyReply, { status, detail, retryAfter }: Refusal): FastifyReply {
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  sendProblem(reply, status, detail);
  return reply;
}

/** The problem status nearest to a status of the framework. */
export function problemStatus(status: number | undefined): ProblemStatus {
  if (status !== undefined && status in TITLES) return status as ProblemStatus;
  return status !== undefined && status >= 400 && status < 500 ? 400 : 500;
}
