import type { FastifyReply } from 'fastify';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseDuration } from '../../core/units.ts';
import type { Verdict } from '../access/approval-desk.ts';
import { principalOf } from '../access/visit.ts';
import { approvalAnswer, approvalSummary, grantItem } from '../contract/approval-items.ts';
import {
  ApprovalAnswer,
  ApprovalParams,
  ApprovalsAnswer,
  ApprovalsQuery,
  DecisionBody,
  GrantsAnswer,
  GrantsQuery,
  PurgeAnswer,
  PurgeBody,
} from '../contract/approvals.ts';
import type { AdminDependencies } from '../dependencies.ts';
import { sendRefusal, type Refusal } from '../problem.ts';
import type { TypedServer } from '../typed-server.ts';
import { pageAnswer, pageQuery } from './paging.ts';

/** `/v1/approvals` and `/v1/grants` */
export function approvalRoutes(server: TypedServer, { approvals, clock }: AdminDependencies): void {
  const listed = { schema: { querystring: ApprovalsQuery, response: { 200: ApprovalsAnswer } } };
  server.get('/v1/approvals', listed, async (request, reply) => {
    const { state, ...paging } = request.query;
    const page = pageQuery(paging);
    if (!page.ok) return sendRefusal(reply, page.failure);
    const found = await approvals.list({ ...page.value, ...(state !== undefined && { state }) }, principalOf(request));
    if (!found.ok) return sendRefusal(reply, found.failure);
    return reply.send(pageAnswer(found.value, approvalSummary));
  });
  const one = { schema: { params: ApprovalParams, response: { 200: ApprovalAnswer } } };
  server.get('/v1/approvals/:id', one, async (request, reply) =>
    sendApproval(reply, await approvals.find(request.params.id, principalOf(request))),
  );
  const decided = { schema: { params: ApprovalParams, body: DecisionBody, response: { 200: ApprovalAnswer } } };
  server.post('/v1/approvals/:id/decision', decided, async (request, reply) => {
    const verdict = verdictOf(request.body);
    if (!verdict.ok) return sendRefusal(reply, verdict.failure);
    return sendApproval(reply, await approvals.decide(request.params.id, verdict.value, principalOf(request)));
  });
  purgeRoute(server, approvals, clock);
  const grantsListed = { schema: { querystring: GrantsQuery, response: { 200: GrantsAnswer } } };
  server.get('/v1/grants', grantsListed, async (request, reply) => {
    const { state, ...paging } = request.query;
    const page = pageQuery(paging);
    if (!page.ok) return sendRefusal(reply, page.failure);
    const found = await approvals.grants({ ...page.value, ...(state !== undefined && { state }) }, principalOf(request));
    if (!found.ok) return sendRefusal(reply, found.failure);
    return reply.send(pageAnswer(found.value, (grant) => grantItem(grant, clock.now())));
  });
  server.delete('/v1/grants/:id', { schema: { params: ApprovalParams } }, async (request, reply) => {
    const revoked = await approvals.revokeGrant(request.params.id, principalOf(request));
    return revoked.ok ? reply.code(204).send() : sendRefusal(reply, revoked.failure);
  });
}

function purgeRoute(server: TypedServer, approvals: AdminDependencies['approvals'], clock: AdminDependencies['clock']): void {
  const purged = { schema: { body: PurgeBody, response: { 200: PurgeAnswer } } };
  server.post('/v1/approvals/purge', purged, async (request, reply) => {
    const age = parseDuration(request.body.settledBefore);
    if (!age.ok) return sendRefusal(reply, { status: 422, detail: `settledBefore: ${age.failure}` });
    const forgotten = await approvals.purge(Math.max(0, clock.now() - age.value), principalOf(request));
    return forgotten.ok ? reply.send({ purged: forgotten.value }) : sendRefusal(reply, forgotten.failure);
  });
}

type Seen = Awaited<ReturnType<AdminDependencies['approvals']['find']>>;

function sendApproval(reply: FastifyReply, seen: Seen): FastifyReply {
  return seen.ok ? reply.send(approvalAnswer(seen.value)) : sendRefusal(reply, seen.failure);
}

function verdictOf({ decision, reason, grant }: DecisionBody): Result<Verdict, Refusal> {
  if (grant === undefined) return ok({ decision, reason });
  const lasts = parseDuration(grant.for);
  return lasts.ok
    ? ok({ decision, reason, grant: { for: lasts.value } })
    : fail({ status: 422, detail: `grant.for: ${lasts.failure}` });
}
