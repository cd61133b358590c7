import type { ExchangeOrder, ExchangedToken, TokenExchange } from '../../../admin/access/people.ts';
import type { Refusal } from '../../../admin/problem.ts';
import type { AgentDeclaration } from '../../../core/agent.ts';
import type { Failure } from '../../../core/codes.ts';
import type { AdminEntry } from '../../../core/people/admin-entry.ts';
import type { AssertionStore } from '../../../core/ports.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { mintAgentToken, type MintedToken } from '../../../identity/agent-token.ts';
import { verifyAssertion, type Assertion, type FindKey } from '../../../identity/workload/verify-assertion.ts';
import { agentOf } from '../../../identity/workload/workload.ts';
import { refuseAttempt } from '../authenticate.ts';
import { onRecord } from '../on-record.ts';
import type { PeopleParts } from '../people-parts.ts';
import { unavailable } from '../unavailable.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import type { TokenExchangeSettings } from './published-keys.ts';

/** An issuer that is believed. */
export interface KnownIssuer {
  readonly keys: IssuerKeys;
  /** Whether an assertion of it serves once, or until it ends. */
  readonly once: boolean;
}

export interface TokenExchangeParts {
  readonly people: PeopleParts;
  readonly settings: Pick<TokenExchangeSettings, 'audience' | 'lifetime'>;
  readonly issuers: ReadonlyMap<string, KnownIssuer>;
  readonly assertions: AssertionStore;
  /** Of the policy in force. */
  readonly agents: () => readonly AgentDeclaration[];
  /** Told why an issuer cannot be asked. */
  readonly onUnreachable: (issuer: string, failure: Failure) => void;
}

/** Exchanges what a platform states of a workload for a token of the agent that the policy knows it as (RFC 8693). */
export function createTokenExchange(parts: TokenExchangeParts): TokenExchange {
  const { people, settings } = parts;
  return {
    audience: settings.audience,
    exchange: async (order, client) => {
      const { audience } = settings;
      const assertion = await verifyAssertion(order.assertion, {
        audience,
        findKey: keyFinder(parts),
        now: people.clock.now(),
      });
      if (assertion.ok) return mint(assertion.value, order, client, parts);
      // Of those whom nobody knows, the reasons differ on the record alone.
      return assertion.failure.code === 'unidentified'
        ? refuseAttempt(assertion.failure, client, people)
        : fail({ status: 503, detail: 'The issuer cannot be asked for its keys, so nothing that it signs counts' });
    },
  };
}

function keyFinder({ issuers, onUnreachable }: TokenExchangeParts): FindKey {
  return async (issuer, hint) => {
    const known = issuers.get(issuer);
    // What it is called is for nobody's log: it is not verified.
    if (known === undefined)
      return fail({ code: 'unidentified', detail: 'Found an assertion of an issuer that the settings do not name' });
    const key = await known.keys.find(hint);
    if (!key.ok && key.failure.code !== 'unidentified') onUnreachable(issuer, key.failure);
    return key;
  };
}

/** The token, once nobody else can have one for the same assertion, and it is on the record who gets it for what. */
async function mint(
  assertion: Assertion,
  { session }: ExchangeOrder,
  client: string,
  parts: TokenExchangeParts,
): Promise<Result<ExchangedToken, Refusal>> {
  const { people, settings } = parts;
  const known = agentOf(assertion.workload, parts.agents());
  if (!known.ok) return refuseAttempt({ code: 'unidentified', detail: known.failure }, client, people);
  const taken = await take(assertion, parts);
  if (!taken.ok)
    return taken.failure.code === 'unidentified'
      ? refuseAttempt(taken.failure, client, people)
      : fail(unavailable(taken.failure));
  const { agent, workload } = known.value;
  const mintedBy = `workload:${workload.issuer} ${workload.subject}`;
  const minted = mintAgentToken({ agent, mintedBy, ttl: settings.lifetime, workload, session }, people.random, people.clock);
  const insert = (): Promise<Result<void, Failure>> => people.agentTokens.insert(minted.token, minted.secretHash);
  const stored = await onRecord(exchangedEntry(minted, assertion, client), insert, people.record);
  return stored.ok ? ok({ text: minted.text, lifetime: settings.lifetime, session }) : stored;
}

/** Taken before anything else is done: what fails later costs the workload a new assertion, and nobody a second token. */
async function take({ workload, digest, endsAt }: Assertion, parts: TokenExchangeParts): Promise<Result<void, Failure>> {
  if (parts.issuers.get(workload.issuer)?.once === false) return ok(undefined);
  const taken = await parts.assertions.take(digest, endsAt);
  if (!taken.ok) return taken;
  const again = `Found an assertion of "${workload.subject}" that was exchanged before`;
  return taken.value ? ok(undefined) : fail({ code: 'unidentified', detail: again });
}

function exchangedEntry({ token }: MintedToken, { workload, jti }: Assertion, client: string): AdminEntry {
  const { agent, expiresAt, session, mintedBy = 'unknown' } = token;
  const { issuer, subject } = workload;
  return {
    by: mintedBy,
    action: 'token.exchanged',
    subject: `token:${token.id}`,
    details: {
      agent,
      issuer,
      subject,
      client,
      expires: new Date(expiresAt).toISOString(),
      ...(jti !== undefined && { jti }),
      ...(session !== undefined && { session }),
    },
  };
}
