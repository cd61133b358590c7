import { fail, ok, type Result } from '../../../core/result.ts';
import { type Instant, parseMoment } from '../../../core/units.ts';
import type { ReportWish } from '../../access/report-desk.ts';
import { principalOf } from '../../access/visit.ts';
import { ReportAnswer, ReportQuery } from '../../contract/report.ts';
import type { AdminDependencies } from '../../dependencies.ts';
import { sendRefusal } from '../../problem.ts';
import type { TypedServer } from '../../typed-server.ts';

/** `/v1/report`: JSON, or a page for who prefers one. */
export function reportRoutes(server: TypedServer, { reports, clock }: AdminDependencies): void {
  const schema = { querystring: ReportQuery, response: { 200: ReportAnswer } };
  server.get('/v1/report', { schema }, async (request, reply) => {
    const wish = wishOf(request.query, clock.now());
    if (!wish.ok) return sendRefusal(reply, { status: 422, detail: wish.failure });
    const made = await reports.make(wish.value, principalOf(request));
    if (!made.ok) return sendRefusal(reply, made.failure);
    reply.header('vary', 'accept');
    if (!prefersPage(request.headers.accept)) return reply.send(made.value);
    const { html, contentSecurityPolicy } = reports.page(made.value);
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', contentSecurityPolicy)
      .serializer((page: unknown) => page as string)
      .send(html as never);
  });
}

/** Browsers name HTML before everything else; programs ask for JSON, or for anything. */
function prefersPage(accept: string | undefined): boolean {
  const types = (accept ?? '').split(',').map((range) => range.split(';', 1)[0]!.trim().toLowerCase());
  const page = types.indexOf('text/html');
  const json = types.indexOf('application/json');
  return page >= 0 && (json < 0 || page < json);
}

function wishOf({ jurisdiction, since, until }: ReportQuery, now: Instant): Result<ReportWish, string> {
  const from = momentOf('since', since, now);
  if (!from.ok) return from;
  const to = until === undefined ? ok(now) : momentOf('until', until, now);
  return to.ok ? ok({ jurisdiction, since: from.value, until: to.value }) : to;
}

function momentOf(name: string, text: string, now: Instant): Result<Instant, string> {
  const moment = parseMoment(text, now);
  return moment.ok ? moment : fail(`${name}: ${moment.failure}`);
}
