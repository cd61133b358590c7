import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sendProblem } from './problem.ts';
import { isCrossSite, isLocalVisit, isLoopbackHost, namedHost } from './visitor.ts';

/** What anyone may ask: bare status, for probes that name the gateway however they reach it. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/**
 * Lets in who may ask (contract §7): the Host field must name this gateway, or a name that an attacker's page resolves to
 * loopback would reach it (ADM-03, DNS rebinding); all but bare status is for programs on this machine.
 */
export function guard(server: FastifyInstance, certificate: string | undefined): void {
  const names = certificate === undefined ? undefined : new X509Certificate(certificate);
  server.addHook('onRequest', async (request, reply) => {
    if (OPEN_PATHS.has(request.url)) return undefined;
    const refused = refusal(request, names);
    if (refused === undefined) return undefined;
    sendProblem(reply, refused.status, refused.detail);
    return reply;
  });
}

function refusal(
  { raw }: FastifyRequest,
  names: X509Certificate | undefined,
): { readonly status: 403 | 421; readonly detail: string } | undefined {
  const host = namedHost(raw);
  if (host === undefined || !isOwnHost(host, names)) {
    return { status: 421, detail: 'Expected the address or name that the admin API is configured with' };
  }
  if (isCrossSite(raw)) return { status: 403, detail: 'What another site makes a browser send is not answered' };
  if (!isLocalVisit(raw))
    return { status: 403, detail: 'Only programs on this machine are answered, and nothing that was forwarded' };
  return undefined;
}

function isOwnHost(host: string, names: X509Certificate | undefined): boolean {
  if (isLoopbackHost(host)) return true;
  if (names === undefined) return false;
  return (isIP(host) === 0 ? names.checkHost(host) : names.checkIP(host)) !== undefined;
}
