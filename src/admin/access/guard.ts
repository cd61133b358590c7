import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../core/ports.ts';
import { Defect } from '../../core/defect.ts';
import { sendProblem } from '../problem.ts';
import type { TypedServer } from '../typed-server.ts';
import { type CredentialRules, recognise, type Refused } from './credentials.ts';
import { type Permission, permissionOf } from './permissions.ts';
import { Throttle } from '../throttle.ts';
import { isCrossSite, isLoopbackHost, isNavigation, namedHost } from './visitor.ts';

export interface GuardOptions extends CredentialRules {
  readonly clock: Clock;
  /** PEM, the one that is shown now; the names in it are names of this gateway. */
  readonly certificate: () => string | undefined;
}

/**
 * Lets in who may ask (contract §7). The Host field must name this gateway, or a name that an attacker's page resolves to
 * loopback would reach it (ADM-03, DNS rebinding); no other site may make a browser ask; and the route's row in
 * `permissions.ts` says with which role.
 */
export function guard(server: TypedServer, options: GuardOptions): void {
  const { certificate } = options;
  const names = namesShown(certificate);
  const throttle = new Throttle(options.clock);
  server.decorateRequest('visitor', null);
  server.addHook('onRoute', ({ method, url }) => {
    for (const one of Array.isArray(method) ? method : [method]) {
      if (permissionOf(one, url) === undefined) throw new Defect(`${one} ${url} has no row in permissions.ts`);
    }
  });
  server.addHook('onRequest', async (request, reply) => {
    const row = permissionOf(request.method, request.routeOptions.url);
    const refused =
      wrongAddress(request, row, names()) ??
      (row === undefined ? undefined : await recognise(request, row, options)) ??
      (row?.uncounted === true ? undefined : throttle.admit(request));
    if (refused === undefined) return undefined;
    answer(reply, refused);
    return reply;
  });
}

/** Read once for each certificate. */
function namesShown(certificate: GuardOptions['certificate']): () => X509Certificate | undefined {
  let known: { readonly text: string; readonly names: X509Certificate } | undefined;
  return () => {
    const text = certificate();
    if (text === undefined) return undefined;
    if (known?.text !== text) known = { text, names: new X509Certificate(text) };
    return known.names;
  };
}

/** Why a request is refused whoever sends it. */
function wrongAddress(
  { raw }: FastifyRequest,
  row: Permission | undefined,
  names: X509Certificate | undefined,
): Refused | undefined {
  if (row?.anyHost === true) return undefined;
  const host = namedHost(raw);
  if (host === undefined || !isOwnHost(host, names)) {
    return { status: 421, detail: 'Expected the address or name that the admin API is configured with' };
  }
  if (!isCrossSite(raw) || (row?.fromElsewhere === true && isNavigation(raw))) return undefined;
  return { status: 403, detail: 'What another site makes a browser send is not answered' };
}

function isOwnHost(host: string, names: X509Certificate | undefined): boolean {
  if (isLoopbackHost(host)) return true;
  if (names === undefined) return false;
  return (isIP(host) === 0 ? names.checkHost(host) : names.checkIP(host)) !== undefined;
}

function answer(reply: FastifyReply, { status, detail, retryAfter, challenge }: Refused): void {
  if (challenge !== undefined) reply.header('www-authenticate', challenge);
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  sendProblem(reply, status, detail);
}
