import type { FastifyRequest } from 'fastify';

/**
 * Leads on to the console by a page of our own: a redirect would still count as coming from the identity provider, and a browser
 * keeps the cookie of the session, which is `SameSite=Strict`, from such a request.
 */
export const SIGNED_IN = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Cordon</title><meta http-equiv="refresh" content="0; url=/"></head>
<body><p>Signed in. <a href="/">Go on</a></p></body></html>
`;

/** Under the name that the browser used, which the guard has found to be ours. */
export function ownAddress(request: FastifyRequest, path: string): string {
  return `${request.protocol}://${request.headers.host}${path}`;
}
