import { clientOf, principalOf, visitorOf } from '../../access/visit.ts';
import type { Cookies } from '../../access/session-cookie.ts';
import { ConsoleSessionsAnswer, Done, IdParams, MeAnswer, SignInBody, SignInWays } from '../../contract/people.ts';
import { consoleSessionItem, meAnswer } from '../../contract/people-items.ts';
import type { AdminDependencies } from '../../dependencies.ts';
import { sendRefusal } from '../../problem.ts';
import type { TypedServer } from '../../typed-server.ts';

/** `/v1/sign-in`, `/v1/sign-out`, `/v1/me` and `/v1/console-sessions` */
export function signInRoutes(server: TypedServer, dependencies: AdminDependencies, cookies: Cookies): void {
  const { people, clock, identityProvider, samlSignIn } = dependencies;
  server.get('/v1/sign-in', { schema: { response: { 200: SignInWays } } }, () => ({
    oidc: identityProvider !== undefined,
    saml: samlSignIn !== undefined,
  }));
  server.post('/v1/sign-in', { schema: { body: SignInBody, response: { 201: MeAnswer } } }, async (request, reply) => {
    const opened = await people.signIn(request.body.token, clientOf(request), cookies.session(request));
    if (!opened.ok) return sendRefusal(reply, opened.failure);
    cookies.setSession(reply, opened.value.cookie);
    return reply.code(201).send(meAnswer(opened.value.visitor));
  });
  server.post('/v1/sign-out', { schema: { response: { 204: Done } } }, async (request, reply) => {
    const ended = await people.signOut(principalOf(request));
    if (!ended.ok) return sendRefusal(reply, ended.failure);
    cookies.clearSession(reply);
    return reply.code(204).send(null);
  });
  server.get('/v1/me', { schema: { response: { 200: MeAnswer } } }, (request) => meAnswer(visitorOf(request)));
  consoleSessionRoutes(server, { people, clock });
}

function consoleSessionRoutes(server: TypedServer, { people, clock }: Pick<AdminDependencies, 'people' | 'clock'>): void {
  server.get('/v1/console-sessions', { schema: { response: { 200: ConsoleSessionsAnswer } } }, async (request, reply) => {
    const sessions = await people.sessions(principalOf(request));
    if (!sessions.ok) return sendRefusal(reply, sessions.failure);
    return reply.send({ items: sessions.value.map((session) => consoleSessionItem(session, clock.now())) });
  });
  server.delete(
    '/v1/console-sessions/:id',
    { schema: { params: IdParams, response: { 204: Done } } },
    async (request, reply) => {
      const ended = await people.endSession(request.params.id, principalOf(request));
      return ended.ok ? reply.code(204).send(null) : sendRefusal(reply, ended.failure);
    },
  );
}
