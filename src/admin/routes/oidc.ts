import type { FastifyRequest } from 'fastify';
import type { Cookies } from '../access/session-cookie.ts';
import { clientOf } from '../access/visit.ts';
import { SignInQuery } from '../contract/people.ts';
import type { AdminDependencies } from '../dependencies.ts';
import { type Refusal, sendRefusal } from '../problem.ts';
import type { TypedServer } from '../typed-server.ts';

const CALLBACK = '/v1/sign-in/oidc/callback';

/**
 * Leads on to the console by a page of our own: a redirect would still count as coming from the identity provider, and a browser
 * keeps the cookie of the session, which is `SameSite=Strict`, from such a request.
 */
const SIGNED_IN = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Cordon</title><meta http-equiv="refresh" content="0; url=/"></head>
<body><p>Signed in. <a href="/">Go on</a></p></body></html>
`;

const NO_PROVIDER: Refusal = { status: 404, detail: 'No identity provider is set (setting oidc)' };

/** `/v1/sign-in/oidc` and where the identity provider leads back to */
export function oidcRoutes(server: TypedServer, { identityProvider }: AdminDependencies, cookies: Cookies): void {
  server.get('/v1/sign-in/oidc', { schema: { querystring: SignInQuery } }, async (request, reply) => {
    if (identityProvider === undefined) return sendRefusal(reply, NO_PROVIDER);
    const again = request.query.again === '1';
    const started = await identityProvider.start(ownAddress(request, CALLBACK), again, cookies.session(request));
    if (!started.ok) return sendRefusal(reply, started.failure);
    cookies.setSignIn(reply, started.value.cookie);
    return reply.redirect(started.value.location, 302);
  });
  server.get(CALLBACK, async (request, reply) => {
    if (identityProvider === undefined) return sendRefusal(reply, NO_PROVIDER);
    const address = ownAddress(request, request.url);
    const opened = await identityProvider.finish(address, cookies.signIn(request), clientOf(request));
    cookies.clearSignIn(reply);
    if (!opened.ok) return sendRefusal(reply, opened.failure);
    cookies.setSession(reply, opened.value.cookie);
    return reply.type('text/html; charset=utf-8').send(SIGNED_IN);
  });
}

/** Under the name that the browser used, which the guard has found to be ours. */
function ownAddress(request: FastifyRequest, path: string): string {
  return `${request.protocol}://${request.headers.host}${path}`;
}
