import type { TypedServer } from './typed-server.ts';

/**
 * Scripts and styles from this server alone, none inline; nothing embeds our pages, and nothing is made a script from text
 * (CSP Level 3; Trusted Types). ADM-02.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** No Strict-Transport-Security: it would hold for the other ports of this host too. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/** Sends them with everything, refusals and defects included. */
export function securityHeaders(server: TypedServer): void {
  server.addHook('onSend', async (_request, reply) => {
    const cached = reply.getHeader('cache-control');
    const own = reply.getHeader('content-security-policy');
    reply.headers(HEADERS);
    // A page that loads nothing from here has a stricter one, by the hash of its style.
    if (own !== undefined) reply.header('content-security-policy', own);
    // Assets of the console alone say how long they keep.
    if (cached !== undefined) reply.header('cache-control', cached);
  });
}
