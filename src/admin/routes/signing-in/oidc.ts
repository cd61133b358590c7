import type { Cookies } from '../../access/session-cookie.ts';
import { clientOf } from '../../access/visit.ts';
import { SignInQuery } from '../../contract/people.ts';
import type { AdminDependencies } from '../../dependencies.ts';
import { type Refusal, sendRefusal } from '../../problem.ts';
import { ownAddress, SIGNED_IN } from './signed-in.ts';
import type { TypedServer } from '../../typed-server.ts';

const CALLBACK = '/v1/sign-in/oidc/callback';

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
