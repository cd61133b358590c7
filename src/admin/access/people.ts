import type { ConsoleSession } from '../../core/people/console-session.ts';
import type { PersonToken } from '../../core/people/person-token.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { RoleAssignment } from '../../core/people/role.ts';
import type { Page, PageQuery } from '../../core/page.ts';
import type { AgentToken } from '../../core/ports.ts';
import type { Result } from '../../core/result.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';
import type { Refusal } from '../problem.ts';

/** A credential as a request shows it. */
export interface Presented {
  readonly kind: 'bearer' | 'cookie';
  readonly text: string;
}

/** Somebody who was recognised. */
export interface Visitor {
  readonly principal: Principal;
  /** As the credential says it. */
  readonly assignment: RoleAssignment;
  /** The credential is good for one use, and not yet used. */
  readonly once: boolean;
  /** Of a session of the console. */
  readonly session?: { readonly expiresAt: Instant; readonly csrf: string };
}

/** A session that was opened just now. */
export interface Opened {
  readonly visitor: Visitor;
  /** For the cookie. */
  readonly cookie: string;
}

/** A token that somebody asks for. */
export type TokenOrder =
  | { readonly agent: string; readonly ttl: Milliseconds }
  | { readonly person: string; readonly assignment: RoleAssignment; readonly ttl: Milliseconds };

/** A token that was minted just now: `text` is shown once and kept nowhere. */
export interface MintedToken {
  readonly text: string;
  readonly token: AgentToken | PersonToken;
}

/** People, their tokens and their sessions; given by `app`, which puts everything that changes something on the record. */
export interface People {
  /**
   * Who shows this. Attempts that fail are counted against the client, slowed and recorded.
   * @param asked for what, as the record names it: `GET /v1/tokens`
   */
  authenticate(presented: Presented, client: string, asked: string): Promise<Result<Visitor, Refusal>>;
  /** Opens a session with a token; a session that the browser held before ends. */
  signIn(token: string, client: string, before: string | undefined): Promise<Result<Opened, Refusal>>;
  signOut(by: Principal): Promise<Result<void, Refusal>>;
  /** Tokens that are in the scope of who asks, newest first. */
  tokens(query: PageQuery, by: Principal): Promise<Result<Page<AgentToken | PersonToken>, Refusal>>;
  mint(order: TokenOrder, by: Visitor): Promise<Result<MintedToken, Refusal>>;
  revoke(id: string, by: Principal): Promise<Result<void, Refusal>>;
  sessions(by: Principal): Promise<Result<readonly ConsoleSession[], Refusal>>;
  endSession(id: string, by: Principal): Promise<Result<void, Refusal>>;
}

/** Where a browser is sent to sign in, and what it has to bring back. */
export interface SignInStart {
  readonly location: string;
  /** For a cookie of its own, for a few minutes. */
  readonly cookie: string;
}

/** Sign-in through an identity provider (OpenID Connect); given by `app` where `oidc` is set. */
export interface IdentityProvider {
  /**
   * @param redirect where the provider leads back to
   * @param again the person must show anew who it is (`approval.step-up`)
   * @param session cookie of the session that the new one takes the place of
   */
  start(redirect: string, again: boolean, session: string | undefined): Promise<Result<SignInStart, Refusal>>;
  /**
   * @param callback the whole address that the browser was led back to
   * @param cookie what `start` gave it
   */
  finish(callback: string, cookie: string | undefined, client: string): Promise<Result<Opened, Refusal>>;
}

/** Sign-in through an identity provider that speaks SAML 2.0; given by `app` where `saml` is set. */
export interface SamlSignIn {
  /**
   * @param callback where the provider answers
   * @param again the person must show anew who it is (`approval.step-up`)
   * @param session cookie of the session that the new one takes the place of
   */
  start(callback: string, again: boolean, session: string | undefined): Promise<SignInStart>;
  /**
   * @param response base64, as the provider's form has it
   * @param cookie what `start` gave the browser
   */
  finish(response: string, callback: string, cookie: string | undefined, client: string): Promise<Result<Opened, Refusal>>;
  /** What the provider has to know about this gateway, XML. */
  metadata(callback: string): string;
}

/** What a workload asks for. */
export interface ExchangeOrder {
  /** The JWT that its platform made for it. */
  readonly assertion: string;
  /** The one session name that the token is to serve for. */
  readonly session: string | undefined;
}

/** A token that was minted just now: `text` is shown once and kept nowhere. */
export interface ExchangedToken {
  readonly text: string;
  readonly lifetime: Milliseconds;
  readonly session: string | undefined;
}

/** Tokens of agents for tokens of workloads (RFC 8693); given by `app` where `token-exchange` is set. */
export interface TokenExchange {
  /** What assertions must be made out to. */
  readonly audience: string;
  exchange(order: ExchangeOrder, client: string): Promise<Result<ExchangedToken, Refusal>>;
}
