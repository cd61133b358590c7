import { rootCertificates } from 'node:tls';
import type { Settings } from '../../config/settings-schema.ts';
import { hostText, LIFTABLE } from '../../core/address.ts';
import type { Authorized } from '../../core/exchange/exchange.ts';
import type { ClientCredentials } from '../../core/exchange/injection.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Clock } from '../../core/ports.ts';
import { fail, type Result } from '../../core/result.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import { AccessTokens, type IssuedToken, type TokenFailure } from '../../credentials/access-tokens.ts';
import type { InForce } from '../../pipeline/judging/in-force.ts';
import { judgeEndpoint } from '../egress/judge-endpoint.ts';
import type { EndpointPolicy } from '../egress/own-endpoint-policy.ts';
import { type OwnEgress, sendOwn } from '../egress/own-request.ts';
import type { OwnTls } from '../egress/pinned-exchange.ts';
import type { PolicyInForce } from '../in-force.ts';
import { tokenAnswer } from './token-answer.ts';
import { tokenPolicy } from './token-policy.ts';
import { tokenRequest } from './token-request.ts';

/** The session in which tokens are fetched: each request is an exchange of the gateway itself, and on the record. */
const OAUTH_SESSION = 'oauth2' as SessionId;

/** Tokens that a field can carry are shorter than a quarter of that. */
const MOST_ANSWER: Bytes = 64 * 1024;
const TIMEOUT: Milliseconds = 5_000;

export interface TokenEndpointParts {
  readonly settings: Pick<Settings, 'node'>;
  readonly clock: Clock;
  /** PEM texts of `trust`. */
  readonly anchors: readonly string[];
  readonly egress: OwnEgress;
  readonly inForce: Pick<PolicyInForce, 'current' | 'compiled'>;
}

/** Token endpoints, as the policy in force names them. */
export interface TokenEndpoints {
  readonly tokens: AccessTokens;
  /** Why nothing may be sent to one, in a sentence; undefined where something may, or where it cannot be looked up now. */
  readonly problem: (grant: ClientCredentials) => Promise<string | undefined>;
}

/** Where the gateway fetches tokens with the secrets of OAuth clients. */
export function openTokenEndpoints(parts: TokenEndpointParts): TokenEndpoints {
  const { settings, clock, egress, inForce } = parts;
  const policyFor = (grant: ClientCredentials): Result<EndpointPolicy, string> =>
    tokenPolicy(grant, {
      policy: inForce.compiled,
      node: settings.node,
      world: egress.tables().world,
      now: clock.now(),
    });
  return {
    tokens: new AccessTokens((grant, secret) => fetchToken(grant, secret, policyFor(grant), parts), clock),
    problem: async (grant) => {
      const own = policyFor(grant);
      if (!own.ok) return own.failure;
      const host = hostText(own.value.form.authority.host);
      const judged = await judgeEndpoint({ label: 'token-url', host, own: own.value, session: OAUTH_SESSION }, 'POST', egress);
      return judged.ok ? undefined : judged.failure;
    },
  };
}

async function fetchToken(
  grant: ClientCredentials,
  secret: string,
  own: Result<EndpointPolicy, string>,
  { inForce, anchors, egress }: TokenEndpointParts,
): Promise<Result<IssuedToken, TokenFailure>> {
  if (!own.ok) return fail({ sentence: `No token can be fetched: ${own.failure}`, isRefusal: true });
  const { form, policy, subject } = own.value;
  const { originTls } = inForce.current;
  const answer = await sendOwn(
    {
      session: OAUTH_SESSION,
      form,
      policy,
      subject,
      message: { method: 'POST', ...tokenRequest(grant, secret), maxBytes: MOST_ANSWER, timeout: TIMEOUT },
      tlsOf: (judged) => tlsToward(judged, originTls, anchors),
    },
    egress,
  );
  if (!answer.ok) {
    const { code, detail } = answer.failure;
    return fail({ sentence: `The token endpoint cannot be asked: ${code}: ${detail}`, isRefusal: false });
  }
  return tokenAnswer(answer.value.status, parsed(answer.value.content), grant.scopes);
}

/** As toward any origin that the policy declares: `trust` of the settings where it is internal, `tls` of its destination. */
function tlsToward({ decision, destination }: Authorized, originTls: InForce['originTls'], anchors: readonly string[]): OwnTls {
  const { addresses = [] } = destination;
  const dialled = addresses.filter(({ address }) => decision.dial.includes(address.text));
  const isInternal = dialled.every(({ class: kind }) => LIFTABLE.has(kind));
  const { anchors: stated = [], client } =
    (decision.tls === undefined ? undefined : originTls.get(decision.tls.key)?.reveal()) ?? {};
  const extra = [...(isInternal ? anchors : []), ...stated];
  return { ...(extra.length > 0 && { anchors: [...rootCertificates, ...extra] }), client };
}

function parsed(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch {
    return undefined;
  }
}
