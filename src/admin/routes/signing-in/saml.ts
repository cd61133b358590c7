import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Cookies } from '../../access/session-cookie.ts';
import { clientOf } from '../../access/visit.ts';
import { SignInQuery } from '../../contract/people.ts';
import type { AdminDependencies } from '../../dependencies.ts';
import { type Refusal, sendRefusal } from '../../problem.ts';
import { ownAddress, SIGNED_IN } from './signed-in.ts';
import type { TypedServer } from '../../typed-server.ts';

const CALLBACK = '/v1/sign-in/saml/callback';
const FINISH = '/v1/sign-in/saml/finish';
const FORM = 'application/x-www-form-urlencoded';
/** Answers with certificates and many groups have some tens of kilobytes. */
const MAX_BYTES = 256 * 1024;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

const NO_PROVIDER: Refusal = { status: 404, detail: 'No identity provider that speaks SAML is set (setting saml)' };
const NO_ANSWER: Refusal = { status: 400, detail: `Expected a form (${FORM}) with one SAMLResponse in base64` };

const SCRIPT = 'document.forms[0].submit()';
const SCRIPT_HASH = `sha256-${hash('sha256', SCRIPT, 'base64')}`;
const POLICY = `default-src 'none'; script-src '${SCRIPT_HASH}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;

/** `/v1/sign-in/saml`, what a provider has to know, and where its answer comes in */
export async function samlRoutes(server: TypedServer, { samlSignIn }: AdminDependencies, cookies: Cookies): Promise<void> {
  server.get('/v1/sign-in/saml', { schema: { querystring: SignInQuery } }, async (request, reply) => {
    if (samlSignIn === undefined) return sendRefusal(reply, NO_PROVIDER);
    const again = request.query.again === '1';
    const { location, cookie } = await samlSignIn.start(ownAddress(request, CALLBACK), again, cookies.session(request));
    cookies.setSignIn(reply, cookie);
    return reply.redirect(location, 302);
  });
  server.get('/v1/sign-in/saml/metadata', (request, reply) => {
    if (samlSignIn === undefined) return sendRefusal(reply, NO_PROVIDER);
    return reply.type('application/samlmetadata+xml').send(samlSignIn.metadata(ownAddress(request, CALLBACK)));
  });
  // In a scope of its own: nowhere else is a form taken, which any page can send.
  await server.register((scope) => {
    scope.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: MAX_BYTES }, (_request, body, done) => done(null, body));
    const schema = { consumes: [FORM] };
    scope.post(CALLBACK, { schema }, (request, reply) => {
      if (samlSignIn === undefined) return sendRefusal(reply, NO_PROVIDER);
      const response = samlResponse(request);
      if (response === undefined) return sendRefusal(reply, NO_ANSWER);
      return reply.type('text/html; charset=utf-8').header('content-security-policy', POLICY).send(goingOn(response));
    });
    scope.post(FINISH, { schema }, async (request, reply) => {
      if (samlSignIn === undefined) return sendRefusal(reply, NO_PROVIDER);
      const response = samlResponse(request);
      if (response === undefined) return sendRefusal(reply, NO_ANSWER);
      const cookie = cookies.signIn(request);
      const opened = await samlSignIn.finish(response, ownAddress(request, CALLBACK), cookie, clientOf(request));
      cookies.clearSignIn(reply);
      if (!opened.ok) return sendRefusal(reply, opened.failure);
      cookies.setSession(reply, opened.value.cookie);
      return reply.type('text/html; charset=utf-8').send(SIGNED_IN);
    });
    return Promise.resolve();
  });
}

/** What the provider's form brings, which has to be there once: what is repeated has two readings. */
function samlResponse({ body }: FastifyRequest): string | undefined {
  if (typeof body !== 'string') return undefined;
  const [response, ...others] = new URLSearchParams(body).getAll('SAMLResponse');
  const text = response?.replaceAll(/\s/g, '');
  return text !== undefined && others.length === 0 && BASE64.test(text) ? text : undefined;
}

/**
 * A page of our own that sends the answer on. The provider's form comes from another site, and with such a request a browser
 * sends no cookie: nothing would show that this browser asked for it (ADM-06, login CSRF).
 */
function goingOn(response: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Cordon</title><meta name="referrer" content="same-origin"></head>
<body><form method="post" action="${FINISH}"><input type="hidden" name="SAMLResponse" value="${response}">
<button>Go on</button></form><script>${SCRIPT}</script></body></html>
`;
}
