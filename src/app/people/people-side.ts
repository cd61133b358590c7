import type { IdentityProvider, People, SamlSignIn, TokenExchange } from '../../admin/access/people.ts';
import type { Failure } from '../../core/codes.ts';
import type { RecordAdmin } from '../../core/people/admin-entry.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { AttemptLimiter } from '../../identity/attempt-limiter.ts';
import { RefusedCredentials } from '../../recording/refused-credentials.ts';
import { createAdminRecord } from './admin-record.ts';
import { dropFirstToken, makeFirstToken } from './first-token.ts';
import { createPeople } from './people.ts';
import type { PeopleParts, PeopleSideParts } from './people-parts.ts';
import { scopeView } from './scope.ts';

/** Credentials that may fail at once, and in which time that many may fail again. */
const ATTEMPTS = { burst: 10, recovery: 60_000 } as const;
/** How often ended sessions and a first token that nobody used are removed. */
const PURGE_INTERVAL: Milliseconds = 600_000;
/** How long an ended session can still be listed. */
const KEPT: Milliseconds = 24 * 3_600_000;

/** How long assertions are remembered beyond their end: the clocks of replicas differ. */
const ASSERTION_KEPT: Milliseconds = 3_600_000;

/** Everything about people that the admin API needs. */
export interface PeopleSide extends AsyncDisposable {
  readonly people: People;
  readonly record: RecordAdmin;
  /** Absent where no `oidc` is set. */
  readonly identityProvider: IdentityProvider | undefined;
  /** Absent where no `saml` is set. */
  readonly samlSignIn: SamlSignIn | undefined;
  /** Absent where no `token-exchange` is set. */
  readonly tokenExchange: TokenExchange | undefined;
  /**
   * The token of the very first start; undefined at every later one. Made once the gateway has started: one that nobody is told
   * of would be the last.
   */
  makeFirstToken(): Promise<Result<string | undefined, Failure>>;
}

/** @failure a sentence that names the setting */
export async function openPeopleSide(parts: PeopleSideParts): Promise<Result<PeopleSide, string>> {
  const { settings, clock, random, state, inForce, events } = parts;
  const { personTokens, consoleSessions: sessions, tokens: agentTokens, journal } = state;
  const { directory } = settings.data;
  await using stack = new AsyncDisposableStack();
  const record = createAdminRecord({ journal, events });
  const first = { personTokens, clock, random, record, directory };
  await dropFirstToken(first);
  const peopleParts: PeopleParts = {
    clock,
    random,
    agentTokens,
    personTokens,
    sessions,
    record,
    events,
    attempts: new AttemptLimiter({ clock, ...ATTEMPTS }),
    refused: stack.use(new RefusedCredentials({ journal, clock })),
    scope: scopeView(inForce),
    onUsed: () => void dropFirstToken(first),
  };
  const purge = setInterval(() => {
    void sessions.purge(clock.now() - KEPT);
    void dropFirstToken(first);
    void state.assertions.purge(clock.now() - ASSERTION_KEPT);
  }, PURGE_INTERVAL);
  purge.unref();
  stack.defer(() => clearInterval(purge));
  const identityProvider = await identityProviderOf(peopleParts, parts);
  if (!identityProvider.ok) return identityProvider;
  const samlSignIn = await samlSignInOf(peopleParts, parts);
  if (!samlSignIn.ok) return samlSignIn;
  const tokenExchange = await tokenExchangeOf(peopleParts, parts);
  if (!tokenExchange.ok) return tokenExchange;
  const owned = stack.move();
  return ok({
    people: createPeople(peopleParts),
    record,
    identityProvider: identityProvider.value,
    samlSignIn: samlSignIn.value,
    tokenExchange: tokenExchange.value,
    makeFirstToken: () => makeFirstToken(first),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

async function identityProviderOf(
  people: PeopleParts,
  parts: PeopleSideParts,
): Promise<Result<IdentityProvider | undefined, string>> {
  const { oidc } = parts.settings;
  if (oidc === undefined) return ok(undefined);
  // Only where it is used: most installations never load the client.
  const { openIdentityProvider } = await import('./providers/oidc/open-identity-provider.ts');
  return openIdentityProvider(people, oidc, parts);
}

async function samlSignInOf(people: PeopleParts, parts: PeopleSideParts): Promise<Result<SamlSignIn | undefined, string>> {
  const { saml } = parts.settings;
  if (saml === undefined) return ok(undefined);
  const { openSamlSignIn } = await import('./providers/saml/open-saml-sign-in.ts');
  return openSamlSignIn(people, saml, parts);
}

async function tokenExchangeOf(
  people: PeopleParts,
  parts: PeopleSideParts,
): Promise<Result<TokenExchange | undefined, string>> {
  const { 'token-exchange': exchange } = parts.settings;
  if (exchange === undefined) return ok(undefined);
  const { openTokenExchange } = await import('./workload/open-token-exchange.ts');
  return openTokenExchange(people, exchange, parts);
}
