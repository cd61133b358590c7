import { fail, ok, type Result } from '../../../core/result.ts';
import { type Instant, parseDuration } from '../../../core/units.ts';
import type { AskedFilter } from '../../access/exchange-desk.ts';
import { principalOf } from '../../access/visit.ts';
import { ContentAnswer, contentAnswer } from '../../contract/exchange-content.ts';
import { exchangeAnswer, exchangeSummary, placesAnswer, sessionItem } from '../../contract/exchange-items.ts';
import {
  type AskedFilters,
  ExchangeAnswer,
  ExchangeParams,
  ExchangesAnswer,
  ExchangesQuery,
  PlacesAnswer,
  PlacesQuery,
  SessionItem,
  SessionParams,
  SessionsAnswer,
  SessionsQuery,
} from '../../contract/exchanges.ts';
import type { AdminDependencies } from '../../dependencies.ts';
import { sendRefusal, type Refusal } from '../../problem.ts';
import type { TypedServer } from '../../typed-server.ts';
import { pageAnswer, pageQuery } from '../paging.ts';

/** `/v1/exchanges` */
export function exchangeRoutes(server: TypedServer, { exchanges, clock }: AdminDependencies): void {
  const listed = { schema: { querystring: ExchangesQuery, response: { 200: ExchangesAnswer } } };
  server.get('/v1/exchanges', listed, async (request, reply) => {
    const { after, limit, ...asked } = request.query;
    const page = pageQuery({ after, limit });
    if (!page.ok) return sendRefusal(reply, page.failure);
    const filter = filterOf(asked, clock.now());
    if (!filter.ok) return sendRefusal(reply, filter.failure);
    const found = await exchanges.list({ ...filter.value, ...page.value }, principalOf(request));
    return found.ok ? reply.send(pageAnswer(found.value, exchangeSummary)) : sendRefusal(reply, found.failure);
  });
  const counted = { schema: { querystring: PlacesQuery, response: { 200: PlacesAnswer } } };
  server.get('/v1/exchanges/places', counted, async (request, reply) => {
    const filter = filterOf(request.query, clock.now());
    if (!filter.ok) return sendRefusal(reply, filter.failure);
    const found = await exchanges.places(filter.value, principalOf(request));
    return found.ok ? reply.send(placesAnswer(found.value)) : sendRefusal(reply, found.failure);
  });
  const one = { schema: { params: ExchangeParams, response: { 200: ExchangeAnswer } } };
  server.get('/v1/exchanges/:id', one, async (request, reply) => {
    const found = await exchanges.find(request.params.id, principalOf(request));
    return found.ok ? reply.send(exchangeAnswer(found.value)) : sendRefusal(reply, found.failure);
  });
  const read = { schema: { params: ExchangeParams, response: { 200: ContentAnswer } } };
  server.get('/v1/exchanges/:id/content', read, async (request, reply) => {
    const found = await exchanges.content(request.params.id, principalOf(request));
    return found.ok ? reply.send(contentAnswer(found.value)) : sendRefusal(reply, found.failure);
  });
}

/** `/v1/sessions` */
export function sessionRoutes(server: TypedServer, { exchanges }: AdminDependencies): void {
  const listed = { schema: { querystring: SessionsQuery, response: { 200: SessionsAnswer } } };
  server.get('/v1/sessions', listed, async (request, reply) => {
    const { subject, ...paging } = request.query;
    const page = pageQuery(paging);
    if (!page.ok) return sendRefusal(reply, page.failure);
    const query = { ...page.value, ...(subject !== undefined && { subject }) };
    const found = await exchanges.sessions(query, principalOf(request));
    return found.ok ? reply.send(pageAnswer(found.value, sessionItem)) : sendRefusal(reply, found.failure);
  });
  const one = { schema: { params: SessionParams, response: { 200: SessionItem } } };
  server.get('/v1/sessions/:id', one, async (request, reply) => {
    const found = await exchanges.session(request.params.id, principalOf(request));
    return found.ok ? reply.send(sessionItem(found.value)) : sendRefusal(reply, found.failure);
  });
}

function filterOf({ since, until, host, ...asked }: AskedFilters, now: Instant): Result<AskedFilter, Refusal> {
  const from = since === undefined ? ok(undefined) : instantOf('since', since, now);
  if (!from.ok) return from;
  const to = until === undefined ? ok(undefined) : instantOf('until', until, now);
  if (!to.ok) return to;
  return ok({
    ...asked,
    ...(from.value !== undefined && { since: from.value }),
    ...(to.value !== undefined && { until: to.value }),
    ...(host !== undefined && { host: host.toLowerCase() }),
  });
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/i;

/** RFC 3339, or a duration before now. */
function instantOf(member: string, text: string, now: Instant): Result<Instant, Refusal> {
  const duration = parseDuration(text);
  if (duration.ok) return ok(Math.max(0, now - duration.value));
  const instant = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant)
    ? fail({
        status: 422,
        detail: `${member}: Found "${text}", expected an instant such as 2026-11-22T10:00:00Z, or how long ago, such as 7d`,
      })
    : ok(instant);
}
