import { ROLES, type Role } from '../../core/people/role.ts';

type Method = 'GET' | 'POST' | 'DELETE';

/** Who may call one route. The guard reads it, the docs show it, and a route without one cannot be registered. */
export interface Permission {
  readonly method: Method;
  /** As the route is written: `/v1/tokens/:id`. */
  readonly path: string;
  /** Whose holders may; the scope of the role is for the handler to heed. */
  readonly roles: readonly Role[];
  /** Who may without any credential: nobody, programs on this machine that nothing forwarded, or anyone. */
  readonly without: 'nobody' | 'local' | 'anyone';
  /** A one-use token serves for it. */
  readonly once?: true;
  /** Any Host is answered: probes name the gateway however they reach it. */
  readonly anyHost?: true;
  /** Not counted by address: probes, and sign-in, which counts what fails. */
  readonly uncounted?: true;
  /** A browser may be led here from another site, by a link, a redirect or a form. */
  readonly fromElsewhere?: true;
  readonly summary: string;
}

const may = (
  method: Method,
  path: string,
  roles: readonly Role[],
  summary: string,
  more: Partial<Permission> = {},
): Permission => ({ method, path, roles, without: 'nobody', summary, ...more });

const PROBE = { without: 'anyone', anyHost: true, uncounted: true } as const;

/** From memory, and the same to everyone; counted, whoever shares an approver's address could keep the console from loading. */
const PAGE = { without: 'anyone', uncounted: true } as const;

/** One row per route (contract §7). */
export const PERMISSIONS: readonly Permission[] = [
  may('GET', '/healthz', ROLES, 'Whether the process lives', PROBE),
  may('GET', '/readyz', ROLES, 'Whether exchanges can be served', PROBE),
  may('GET', '/metrics', ROLES, 'Metrics for Prometheus', { without: 'local' }),
  may('GET', '/openapi.json', ROLES, 'This API, described', { without: 'anyone' }),
  may('GET', '/docs', ROLES, 'This API, to read', { without: 'anyone', fromElsewhere: true }),
  may('GET', '/docs/style.css', ROLES, 'Style of that page', { without: 'anyone' }),
  may('GET', '/', ROLES, 'The console', { ...PAGE, fromElsewhere: true }),
  may('GET', '/assets/:file', ROLES, 'What the console is made of', PAGE),
  may('GET', '/v1/sign-in', ROLES, 'How people can sign in', { without: 'anyone' }),
  may('POST', '/v1/sign-in', ROLES, 'Opens a session of the console with a token', { without: 'anyone', uncounted: true }),
  may('GET', '/v1/sign-in/oidc', ROLES, 'Leads to the identity provider', { without: 'anyone' }),
  may('GET', '/v1/sign-in/oidc/callback', ROLES, 'Where the identity provider leads back to', {
    without: 'anyone',
    fromElsewhere: true,
  }),
  may('GET', '/v1/sign-in/saml', ROLES, 'Leads to the identity provider that speaks SAML', { without: 'anyone' }),
  may('GET', '/v1/sign-in/saml/metadata', ROLES, 'What that provider has to know about this gateway', { without: 'anyone' }),
  may('POST', '/v1/sign-in/saml/callback', ROLES, 'Where that provider sends its answer, which goes on to the next', {
    without: 'anyone',
    fromElsewhere: true,
  }),
  may('POST', '/v1/sign-in/saml/finish', ROLES, 'Opens a session of the console with such an answer', {
    without: 'anyone',
    uncounted: true,
  }),
  may('POST', '/v1/sign-out', ROLES, 'Ends the session'),
  may('GET', '/v1/me', ROLES, 'Who asks, with role and scope'),
  may('GET', '/v1/console-sessions', ['admin'], 'Sessions of the console'),
  may('DELETE', '/v1/console-sessions/:id', ['admin'], 'Ends a session of the console'),
  may('GET', '/v1/tokens', ['admin'], 'Tokens of agents and people, newest first, without their secrets'),
  may('POST', '/v1/tokens', ['admin'], 'Mints a token', { once: true }),
  may('DELETE', '/v1/tokens/:id', ['admin'], 'Revokes a token'),
  may('POST', '/v1/token-exchange', ROLES, 'Exchanges a token of a workload for one of its agent (RFC 8693)', {
    without: 'anyone',
  }),
  may('GET', '/v1/agents', ROLES, 'Agents in the scope of who asks, and which are stopped'),
  may('POST', '/v1/agents/:id/stop', ['operator'], 'Cuts an agent off, and withdraws what it waits for'),
  may('POST', '/v1/agents/:id/resume', ['operator'], 'Lets a stopped agent go on'),
  may('GET', '/v1/approvals', ROLES, 'Held requests in the scope of who asks, newest first'),
  may('GET', '/v1/approvals/:id', ROLES, 'One held request, with its masked preview and what a grant would cover'),
  may('POST', '/v1/approvals/:id/decision', ['approver'], 'Approves or denies a held request'),
  may('POST', '/v1/approvals/purge', ['operator', 'admin'], 'Forgets held requests that came to their end long ago'),
  may('GET', '/v1/grants', ROLES, 'Grants in the scope of who asks, newest first'),
  may('DELETE', '/v1/grants/:id', ['approver', 'operator'], 'Revokes a grant'),
  may('GET', '/v1/exchanges', ROLES, 'Recorded exchanges in the scope of who asks, newest first'),
  may('GET', '/v1/exchanges/places', ROLES, 'Where content was processed, or would have been, counted'),
  may('GET', '/v1/exchanges/:id', ROLES, 'One recorded exchange, with its records as they were written'),
  may('GET', '/v1/exchanges/:id/content', ['auditor'], 'What was sent and answered, masked; that it was read is on the record'),
  may('GET', '/v1/sessions', ROLES, 'Recorded sessions of agents in the scope of who asks, the latest first'),
  may('GET', '/v1/sessions/:id', ROLES, 'One recorded session; its exchanges are asked for with session='),
  may('GET', '/v1/events', ROLES, 'Server-sent events: what has changed, and what it was about'),
  may('GET', '/v1/health', ROLES, 'The processes that carry exchanges, and which policy each runs'),
  may('GET', '/v1/limits', ROLES, 'Limits in the scope of who asks of which most is used, the fullest first'),
  may('GET', '/v1/policy', ROLES, 'The policy in force'),
  may('POST', '/v1/policy/reload', ['operator'], 'Reads the policy files anew'),
  may('POST', '/v1/policy/check', ROLES, 'Checks a policy that is not in force'),
  may('POST', '/v1/policy/explain', ROLES, 'What would be decided about a request, and why'),
  may('GET', '/v1/report', ['auditor'], 'What the record shows about one jurisdiction: JSON, or a page for a browser'),
  may(
    'POST',
    '/v1/policy/simulate',
    ['auditor', 'operator'],
    'What a policy that is not in force would change in what is recorded',
  ),
  may('GET', '/v1/audit/verify', ['auditor'], 'Whether the whole record is complete and unchanged, and how far that is'),
  may('GET', '/v1/sessions/:id/export', ['auditor'], 'The records of a session, for other tools'),
  may(
    'GET',
    '/v1/sessions/:id/retention',
    ['auditor', 'operator'],
    'What keeps the records of a session, and what was made unreadable of them',
  ),
  may(
    'GET',
    '/v1/legal-holds',
    ['auditor', 'operator'],
    'Legal holds in the scope of who asks, in the order in which they were made',
  ),
  may('POST', '/v1/legal-holds', ['auditor', 'operator'], 'Keeps what fits, whatever the retention says'),
  may('POST', '/v1/legal-holds/:id/release', ['auditor'], 'Ends a legal hold'),
  may(
    'POST',
    '/v1/content/shred',
    ['operator'],
    'Destroys the keys of recorded content, in erasure; refused under a legal hold',
  ),
  may('GET', '/v1/tables', ROLES, 'The tables that places are read from'),
  may('GET', '/v1/places/:hostOrIp', ROLES, 'What is known about where a name or address is'),
];

const ROWS: ReadonlyMap<string, Permission> = new Map(PERMISSIONS.map((row) => [`${row.method} ${row.path}`, row]));

/** The row of a route; HEAD is a GET without content (RFC 9110 §9.3.2). */
export function permissionOf(method: string, path: string | undefined): Permission | undefined {
  return path === undefined ? undefined : ROWS.get(`${method === 'HEAD' ? 'GET' : method} ${path}`);
}
