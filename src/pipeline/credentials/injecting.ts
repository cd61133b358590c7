import { isDeepStrictEqual } from 'node:util';
import type { Failure } from '../../core/codes.ts';
import type { ReplySink } from '../../core/exchange/reply-sink.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { inject, secretParts } from '../../credentials/inject.ts';
import type { CompiledCredential } from '../../policy/model.ts';
import type { CodingMemory } from '../../transform/codings/coding-memory.ts';
import { scrubbedReply, type ScrubbedReply } from '../../transform/scrubbing/scrubbing-reply.ts';
import { SecretPatterns } from '../../transform/scrubbing/secret-scrubber.ts';
import type { ExchangeOutcome, OutgoingRequest } from '../../upstream/exchange.ts';
import type { ExchangeMasking } from '../content/exchange-masking.ts';
import { toFieldLines, withoutFields } from '../../wire/http/fields.ts';
import { MESSAGE_CODINGS_ACCEPTED } from '../../wire/http/grpc.ts';
import { credentialOf, isPutInto } from './credential-use.ts';
import type { Permitted } from '../judging/permitted.ts';
import type { Services } from '../services.ts';

/** What goes into a request for a credential. */
interface Ready {
  readonly secret: string;
  /** What else must not come back. */
  readonly hidden?: readonly string[];
  /** The origin says that it does not take the secret. */
  readonly onRefused?: () => void;
}

/** Who asks for something with a credential that does not count is told so (RFC 9110 §15.5.2; gRPC status codes). */
const UNAUTHORIZED = 401;
const GRPC_UNAUTHENTICATED = 16;

/** A secret on its way into one request. */
export class Injecting {
  /** What the answer is looked through for. */
  readonly patterns: SecretPatterns;
  readonly #credential: CompiledCredential;
  readonly #secret: string;
  readonly #onRefused: () => void;
  #isEchoed = false;

  constructor(credential: CompiledCredential, { secret, hidden = [], onRefused = () => {} }: Ready) {
    this.#credential = credential;
    this.#secret = secret;
    this.#onRefused = onRefused;
    this.patterns = new SecretPatterns([...secretParts(credential.injection, secret), ...hidden]);
  }

  /** How the exchange ended that the secret went into: whether it is to be replaced. */
  ended({ status, grpcStatus }: Pick<ExchangeOutcome, 'status' | 'grpcStatus'>): void {
    if (status === UNAUTHORIZED || grpcStatus === GRPC_UNAUTHENTICATED) this.#onRefused();
  }

  /** Whether the secret signs the content, which then has to be known before any of it leaves. */
  get signsContent(): boolean {
    const { injection } = this.#credential;
    return injection.by === 'aws-sigv4' && injection.service !== 's3';
  }

  /** For the record, where the answer held the secret. */
  get note(): string | undefined {
    return this.#isEchoed ? `The answer held the credential ${this.#credential.id}; it was taken out` : undefined;
  }

  readonly onFound = (): void => {
    this.#isEchoed = true;
  };

  /** What stands between the origin and everything else, record included. */
  scrubbed(inner: ReplySink, method: string, memory: CodingMemory, onFailure: (failure: Failure) => void): ScrubbedReply {
    const { patterns, onFound } = this;
    return scrubbedReply(inner, { patterns, method, memory, onFound, onFailure });
  }

  /**
   * The request with the secret in it. From here on nothing may look at it but the origin.
   * @param digest of the content, where it is signed
   * @failure credential_unavailable: the value cannot stand where it has to go
   */
  into(request: OutgoingRequest, now: number, digest?: string): Result<OutgoingRequest, Failure> {
    // An answer whose messages are compressed one by one could not be scrubbed.
    const fields = withoutFields(toFieldLines(request.fields), MESSAGE_CODINGS_ACCEPTED).flat();
    const injected = inject({ ...request, fields, digest }, this.#credential.injection, this.#secret, now);
    return injected.ok ? ok({ ...request, ...injected.value }) : fail(unavailable(this.#credential.id, injected.failure));
  }
}

/**
 * Gets the secret ready that a decision has put into a request; undefined where there is none to put into it.
 * @failure credential_unavailable
 */
export async function openInjecting(
  permitted: Permitted,
  { credentials, accessTokens, inForce }: Services,
): Promise<Result<Injecting | undefined, Failure>> {
  if (!injects(permitted)) return ok(undefined);
  const credential = credentialOf(permitted.decision, inForce());
  // The policy was replaced meanwhile; what was decided needs a secret that nobody declares any longer.
  if (credential === undefined) return fail({ code: 'credential_unavailable', detail: 'The policy no longer declares it' });
  if (!isPutInto(permitted, credential)) return ok(undefined);
  const { id } = credential;
  const ready = await readyFor(credential, { credentials, accessTokens });
  // While its value was waited for, the policy may have been replaced by one that has it put elsewhere, or asks for a placeholder.
  if (ready.ok && !isDeepStrictEqual(credentialOf(permitted.decision, inForce()), credential)) {
    return fail(unavailable(id, 'The policy declares it in another way since this request was decided on'));
  }
  return ready.ok ? ok(new Injecting(credential, ready.value)) : fail(unavailable(id, ready.failure));
}

async function readyFor(
  { id, injection }: CompiledCredential,
  { credentials, accessTokens }: Pick<Services, 'credentials' | 'accessTokens'>,
): Promise<Result<Ready, string>> {
  const value = await credentials.value(id);
  if (!value.ok) return value;
  if (injection.by !== 'oauth2') return ok({ secret: value.value });
  const { grant } = injection;
  const token = await accessTokens.token(id, grant, value.value);
  if (!token.ok) return token;
  return ok({
    secret: token.value,
    hidden: [value.value],
    onRefused: () => accessTokens.refused(id, grant, token.value),
  });
}

/** Whether a decision has a secret put into its request. */
export function injects({ decision }: Permitted): boolean {
  return decision.obligations.some(({ kind }) => kind === 'credential');
}

/** What is done to the messages of an exchange, with its secret taken out of what comes back. */
export function scrubbing(masking: ExchangeMasking, injecting: Injecting | undefined): ExchangeMasking {
  return injecting === undefined ? masking : { ...masking, scrubbing: injecting };
}

function unavailable(id: string, why: string): Failure {
  return { code: 'credential_unavailable', detail: `The credential ${id}: ${why}` };
}
