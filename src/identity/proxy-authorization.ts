import type { Failure } from '../core/codes.ts';
import type { AgentId } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { isSessionName } from './session.ts';

/** What a `Proxy-Authorization` field presents, verified by nobody. */
export type Credentials = BasicCredentials | BearerCredentials;

interface BasicCredentials {
  readonly scheme: 'basic';
  readonly agent: AgentId;
  /** From `agent-id+session-name`. */
  readonly session?: string;
  readonly token: string;
}

interface BearerCredentials {
  readonly scheme: 'bearer';
  readonly token: string;
}

const MAX_LENGTH = 1024;
/** `auth-scheme 1*SP token68`: no parameters, no list. */
const SCHEME_AND_TOKEN68 = /^([A-Za-z]{1,16}) +([A-Za-z0-9\-._~+/]+=*)$/;
const USER_ID = /^([a-z][a-z0-9-]{0,127})(?:\+(.*))?$/s;

/**
 * Reads `Basic` (agent id, optionally `+session-name`, as user-id; the token as password) or `Bearer` credentials.
 * @param value the one field value; a combined value of several field lines does not parse
 * @failure unidentified; nothing of the value is repeated
 * @source RFC 9110 §11.4, §11.7.2; RFC 7617 §2; RFC 6750 §2.1
 */
export function parseProxyAuthorization(value: string): Result<Credentials, Failure> {
  if (value.length > MAX_LENGTH)
    return refuse(`Found ${value.length} characters of credentials, expected at most ${MAX_LENGTH}`);
  const match = SCHEME_AND_TOKEN68.exec(value);
  if (match === null) return refuse('Found credentials of another form, expected "Basic <base64>" or "Bearer <token>"');
  const token68 = match[2]!;
  switch (match[1]!.toLowerCase()) {
    case 'basic':
      return parseBasic(token68);
    case 'bearer':
      return ok({ scheme: 'bearer', token: token68 });
    default:
      return refuse('Found another authentication scheme, expected Basic or Bearer');
  }
}

function parseBasic(token68: string): Result<Credentials, Failure> {
  const userPass = decodeBase64(token68);
  if (userPass === undefined) return refuse('Found Basic credentials that are not canonical base64 of UTF-8 text');
  const colon = userPass.indexOf(':');
  if (colon === -1) return refuse('Found Basic credentials without a colon, expected agent-id:token');
  const user = USER_ID.exec(userPass.slice(0, colon));
  if (user === null) return refuse('Found a user name that is no agent id, expected agent-id or agent-id+session-name');
  const [, agent, session] = user;
  if (session !== undefined && !isSessionName(session)) {
    return refuse('Found a session name of another form, expected 1 to 64 of A-Z a-z 0-9 . _ -');
  }
  return ok({
    scheme: 'basic',
    agent: agent as AgentId,
    ...(session !== undefined && { session }),
    token: userPass.slice(colon + 1),
  });
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Strict where `Buffer` is lenient: one text per value, padding included (RFC 4648 §3.5). */
function decodeBase64(text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) return undefined;
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

function refuse(detail: string): Result<never, Failure> {
  return fail({ code: 'unidentified', detail });
}
