import type { FastifyRequest } from 'fastify';
import { Defect } from '../../core/defect.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Visitor } from './people.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard; null where no credential was asked for. */
    visitor: Visitor | null;
  }
}

/** Who asks. For handlers of routes that nobody may call without a credential. */
export function visitorOf(request: FastifyRequest): Visitor {
  if (request.visitor === null) throw new Defect(`${request.method} ${request.routeOptions.url} has no visitor`);
  return request.visitor;
}

/** Who asks, with role, scope and the time of the last sign-in. */
export function principalOf(request: FastifyRequest): Principal {
  return visitorOf(request).principal;
}

/** The address of the peer; what fields say about forwarding is not believed. */
export function clientOf(request: FastifyRequest): string {
  return request.raw.socket.remoteAddress ?? 'unknown';
}
