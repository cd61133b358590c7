import type { FastifyReply } from 'fastify';

/** What the admin API answers instead of a result (RFC 9457). Its titles are constant; `detail` is for this answer. */
const TITLES = {
  400: 'The request is not well-formed',
  403: 'The admin API does not answer this visitor',
  404: 'There is no such resource',
  405: 'The resource does not know this method',
  413: 'The content is too large',
  415: 'The content is not JSON',
  421: 'The Host field names another host',
  422: 'The request cannot be answered',
  429: 'Too many trials at once',
  500: 'The gateway has a defect; it was logged',
  503: 'The gateway is not ready',
} as const;

export type ProblemStatus = keyof typeof TITLES;

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

/** The problem status nearest to a status of the framework. */
export function problemStatus(status: number | undefined): ProblemStatus {
  if (status !== undefined && status in TITLES) return status as ProblemStatus;
  return status !== undefined && status >= 400 && status < 500 ? 400 : 500;
}
