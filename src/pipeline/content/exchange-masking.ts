import { authorityText } from '../../core/address.ts';
import type { Failure } from '../../core/codes.ts';
import { ok, type Result } from '../../core/result.ts';
import type { VaultSession } from '../../core/vault/vault.ts';
import { MessageMasking } from '../../transform/masking/message-masking.ts';
import { planMasks, type MaskPlan } from '../../transform/masking/mask-plan.ts';
import { signatureScheme } from '../../transform/signed-request.ts';
import type { Masks } from '../judging/masks-of.ts';
import { keptFields } from '../credentials/credential-use.ts';
import type { Permitted } from '../judging/permitted.ts';
import type { SecretPatterns } from '../../transform/scrubbing/secret-scrubber.ts';
import type { Services } from '../services.ts';

/** One direction of an exchange: what is masked of its message, and how. */
export interface Direction<M> {
  readonly masks: M;
  readonly plan: MaskPlan;
  readonly masking: MessageMasking;
}

/** Everything with which the two messages of one exchange are masked, and tokens restored. */
export interface ExchangeMasking {
  /** Absent where no rule asks for it, and where the request is signed and passes as it is. */
  readonly request?: Direction<NonNullable<Masks['request']>>;
  readonly response?: Direction<NonNullable<Masks['response']>>;
  /** Present where values leave as tokens: what comes back may hold them. */
  readonly tokens?: VaultSession;
  /** Present where a secret was put into the request: what comes back may hold it. */
  readonly scrubbing?: { readonly patterns: SecretPatterns; readonly onFound: () => void };
  /** Scheme by which the request is signed, so that it leaves unmasked. */
  readonly unmaskedBecause?: string;
}

/**
 * Gets ready what the masks of a decision ask for.
 * @failure store_unavailable: without the vault nothing may leave that would need a token
 */
export async function openMasking(
  permitted: Permitted,
  { request, response }: Masks,
  services: Services,
): Promise<Result<ExchangeMasking, Failure>> {
  const own = services.inForce().policy.policy.entities;
  const plan = request && planMasks(request.masks, own);
  const tokens = plan?.usesTokens === true ? await openVault(permitted, services) : ok(undefined);
  if (!tokens.ok) return tokens;
  const session = tokens.value;
  const hash = hashOf(permitted, services);
  const scheme =
    request && signatureScheme(permitted.requestTarget, keptFields(permitted, permitted.decision, services.inForce()));
  const sending = request !== undefined && plan !== undefined && scheme === undefined;
  return ok({
    ...(sending && { request: { masks: request, plan, masking: new MessageMasking(plan, meansOf(hash, session)) } }),
    ...(response !== undefined && { response: receiving(response, planMasks(response.masks, own), hash) }),
    ...(session !== undefined && { tokens: session }),
    ...(scheme !== undefined && { unmaskedBecause: scheme }),
  });
}

type Hash = (text: string) => Uint8Array;

function receiving<M>(masks: M, plan: MaskPlan, hash: Hash): Direction<M> {
  return { masks, plan, masking: new MessageMasking(plan, { hash }) };
}

function meansOf(hash: Hash, session: VaultSession | undefined): ConstructorParameters<typeof MessageMasking>[1] {
  return session === undefined ? { hash } : { hash, tokenFor: (...value) => session.tokenFor(...value) };
}

function hashOf({ subject }: Permitted, { content: { hashes } }: Services): Hash {
  return (text) => hashes.digest(subject.attributes.home.label, text);
}

function openVault({ authority, subject }: Permitted, { content }: Services): Promise<Result<VaultSession, Failure>> {
  const { agent, home } = subject.attributes;
  return content.vault.open({
    subject: agent,
    session: subject.session,
    destination: authorityText(authority),
    home: home.label,
  });
}
