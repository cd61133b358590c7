import type { IpAddress } from '../core/address.ts';
import type { AgentDeclaration } from '../core/agent.ts';
import type { Failure } from '../core/codes.ts';
import type { ClientCertificate, Subject } from '../core/exchange/exchange.ts';
import type { AgentToken, Clock } from '../core/ports.ts';
import type { SessionId } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Instant } from '../core/units.ts';
import { acceptsToken, createIndexSource, type AgentIndex, type ShownByConnection } from './agent-index.ts';
import { parseTokenText } from './agent-token.ts';
import type { AttemptLimiter } from './attempt-limiter.ts';
import { parseProxyAuthorization, type Credentials } from './proxy-authorization.ts';
import { isSessionName, type SessionTable } from './session.ts';
import type { TokenCache } from './token-cache.ts';
import type { PresentedToken } from './verify-token.ts';

/** All that identification looks at; no other field of a request says who sends it (HDR-03). */
export interface IdentifyInput {
  /** Of the peer of the connection, or as a trusted PROXY header states it; never from a request field. */
  readonly clientAddress: IpAddress;
  /** What the client showed in TLS. */
  readonly certificate?: ClientCertificate | undefined;
  /** Value of `Proxy-Authorization`. */
  readonly authorization?: string | undefined;
  /** Value of `Cordon-Session`. */
  readonly sessionField?: string | undefined;
}

/**
 * Who sends a request: at once where the source address or a remembered token tells, later where the store is asked.
 * @failure unidentified (407): nobody, or a presented credential that does not verify
 * @failure limit_exceeded (429): too many credentials from this source did not verify
 * @failure malformed_request: the session name is none, or two are given
 * @failure store_unavailable: a credential cannot be verified
 */
export type Identify = (input: IdentifyInput) => Result<Subject, Failure> | Promise<Result<Subject, Failure>>;

export interface IdentifierOptions {
  /** The agents of the policy in force. */
  readonly directory: () => readonly AgentDeclaration[];
  readonly tokens: TokenCache;
  readonly sessions: SessionTable;
  readonly attempts: AttemptLimiter;
  readonly clock: Clock;
}

/** One identification for every kind of exchange: absolute-form, CONNECT and upgrade go through it alike (contract §4.1.8). */
export function createIdentifier(options: IdentifierOptions): Identify {
  const identifier = new Identifier(options);
  return (input) => identifier.identify(input);
}

interface Presentation {
  readonly credentials: Credentials;
  readonly presented: PresentedToken;
}

class Identifier {
  readonly #index: () => AgentIndex;
  readonly #tokens: TokenCache;
  readonly #sessions: SessionTable;
  readonly #attempts: AttemptLimiter;
  readonly #clock: Clock;

  constructor(options: IdentifierOptions) {
    this.#index = createIndexSource(options.directory);
    this.#tokens = options.tokens;
    this.#sessions = options.sessions;
    this.#attempts = options.attempts;
    this.#clock = options.clock;
  }

  identify(input: IdentifyInput): ReturnType<Identify> {
    if (input.sessionField !== undefined && !isSessionName(input.sessionField)) {
      return refuse('malformed_request', 'Found another Cordon-Session, expected 1 to 64 of A-Z a-z 0-9 . _ -');
    }
    // A presented credential must verify, even where the address alone would do.
    const problem = certificateProblem(input.certificate, this.#clock.now());
    if (problem !== undefined) return refuse('unidentified', problem);
    return input.authorization === undefined ? this.#byConnection(input) : this.#byCredentials(input, input.authorization);
  }

  #byConnection(input: IdentifyInput): ReturnType<Identify> {
    const { clientAddress, sessionField } = input;
    const match = this.#index().byConnection(shownBy(input));
    if (match === 'none') return refuse('unidentified', `No agent is identified by ${evidenceText(input)}`);
    if (match === 'ambiguous') return refuse('unidentified', `Two agents are identified by ${evidenceText(input)}`);
    const claim = { agent: match.agent.attributes.agent, clientAddress, name: sessionField };
    const { attributes } = match.agent;
    const subjectOf = (session: SessionId): Result<Subject, Failure> =>
      ok(withCertificate({ attributes, session, by: match.by }, input));
    const session = this.#sessions.sessionOf(claim);
    return typeof session === 'string' ? subjectOf(session) : session.then(subjectOf);
  }

  #byCredentials(input: IdentifyInput, authorization: string): ReturnType<Identify> {
    const presentation = readPresentation(authorization);
    if (!presentation.ok) return this.#attempts.begin(input.clientAddress) ? presentation : TOO_MANY;
    const known = this.#tokens.recall(presentation.value.presented);
    if (known === undefined) return this.#askStore(input, presentation.value);
    return known.ok ? this.#byToken(input, presentation.value.credentials, known.value) : known;
  }

  async #askStore(input: IdentifyInput, { credentials, presented }: Presentation): Promise<Result<Subject, Failure>> {
    const { clientAddress } = input;
    // Whoever joins a look-up under way costs the store nothing, and so does not count.
    const counts = !this.#tokens.isPending(presented);
    if (counts && !this.#attempts.begin(clientAddress)) return TOO_MANY;
    const verified = await this.#tokens.verify(presented);
    const isBad = !verified.ok && verified.failure.code === 'unidentified';
    if (counts && !isBad) this.#attempts.forgive(clientAddress);
    return verified.ok ? this.#byToken(input, credentials, verified.value) : verified;
  }

  /** The policy is asked now, not before the look-up: it may have been replaced meanwhile. */
  #byToken(input: IdentifyInput, credentials: Credentials, token: AgentToken): Result<Subject, Failure> {
    const { clientAddress, sessionField } = input;
    if (credentials.scheme === 'basic' && credentials.agent !== token.agent) {
      return refuse('unidentified', `Found the user "${credentials.agent}" with token ${token.id} of "${token.agent}"`);
    }
    const name = sessionName(token, credentials, sessionField);
    if (!name.ok) return name;
    const agent = this.#index().find(token.agent);
    if (agent === undefined)
      return refuse('unidentified', `Token ${token.id} is of "${token.agent}", which no policy file declares`);
    const shown = shownBy(input);
    if (!acceptsToken(agent, shown, token.workload)) {
      return refuse('unidentified', `"${token.agent}" is not identified by a token with ${evidenceText(input)}`);
    }
    const owner = shown.names.length === 0 ? 'none' : this.#index().byConnection(shown);
    if (typeof owner !== 'string' && owner.by.startsWith('certificate:') && owner.agent !== agent) {
      return refuse(
        'unidentified',
        `Found the certificate of "${owner.agent.attributes.agent}" with token ${token.id} of "${token.agent}"`,
      );
    }
    const claim = { agent: token.agent, clientAddress, token: token.id, name: name.value };
    const session = this.#sessions.sessionOf(claim);
    const shownWith = withCertificate({ attributes: agent.attributes, session, by: `token:${token.id}` }, input);
    return ok(token.mintedBy === undefined ? shownWith : { ...shownWith, minter: token.mintedBy });
  }
}

/** What the session is called, where the client or the token says so, and nobody says something else. */
function sessionName(
  token: AgentToken,
  credentials: Credentials,
  inField: string | undefined,
): Result<string | undefined, Failure> {
  const inUser = credentials.scheme === 'basic' ? credentials.session : undefined;
  if (inUser !== undefined && inField !== undefined && inUser !== inField) {
    return refuse('malformed_request', 'Found two session names, one in the user name and one in Cordon-Session');
  }
  const asked = inField ?? inUser;
  if (token.session !== undefined && asked !== undefined && asked !== token.session) {
    return refuse('unidentified', `Found the session "${asked}" with token ${token.id}, which is for another one`);
  }
  return ok(asked ?? token.session);
}

function shownBy({ clientAddress, certificate }: IdentifyInput): ShownByConnection {
  return { source: clientAddress, names: certificate?.names ?? NO_NAMES };
}

const NO_NAMES: readonly string[] = [];

function evidenceText({ clientAddress, certificate }: IdentifyInput): string {
  if (certificate === undefined) return `the address ${clientAddress.text} alone`;
  return `a certificate for ${certificate.names.join(', ') || 'no name'} from the address ${clientAddress.text}`;
}

function withCertificate(subject: Subject, { certificate }: IdentifyInput): Subject {
  return certificate === undefined ? subject : { ...subject, certificate };
}

/** Why a certificate identifies nobody. A connection may be older than the end of what it showed. */
export function certificateProblem(certificate: ClientCertificate | undefined, now: Instant): string | undefined {
  if (certificate === undefined) return undefined;
  if (certificate.problem !== undefined) return `The client certificate does not verify: ${certificate.problem}`;
  if (certificate.notAfter <= now) return 'The client certificate has expired';
  const revocation = certificate.revocation?.(now);
  return revocation === undefined ? undefined : `The client certificate does not count: ${revocation}`;
}

function readPresentation(authorization: string): Result<Presentation, Failure> {
  const credentials = parseProxyAuthorization(authorization);
  if (!credentials.ok) return credentials;
  const presented = parseTokenText(credentials.value.token);
  return presented.ok ? ok({ credentials: credentials.value, presented: presented.value }) : presented;
}

const TOO_MANY = refuse('limit_exceeded', 'Too many credentials from this address did not verify');

function refuse(code: Failure['code'], detail: string): Result<never, Failure> {
  return fail({ code, detail });
}
