import type { Decision } from '../../core/exchange/decision.ts';
import { fieldOf } from '../../core/exchange/injection.ts';
import type { FieldLines, Located } from '../../core/exchange/exchange.ts';
import { filledWith, placeholdersIn } from '../../credentials/placeholder.ts';
import { withoutFields } from '../../wire/http/fields.ts';
import type { CompiledCredential } from '../../policy/model.ts';
import type { InForce } from '../judging/in-force.ts';

/** The credential that a decision has injected; undefined where there is none. */
export function credentialOf({ obligations }: Pick<Decision, 'obligations'>, inForce: InForce): CompiledCredential | undefined {
  const asked = obligations.find(({ kind }) => kind === 'credential');
  if (asked?.kind !== 'credential') return undefined;
  return inForce.policy.policy.credentials.find(({ id }) => id === asked.id);
}

/** Whether its secret goes into such a request, or only where the agent asks for it, which this one does not. */
export function isPutInto(
  located: Pick<Located, 'requestTarget' | 'fields'>,
  { id, injection, asksForPlaceholder }: CompiledCredential,
): boolean {
  return !asksForPlaceholder || filledWith(id, injection, located) === 'placeholder';
}

/** The fields without a signature of the agent that is replaced by one of the gateway: it breaks whatever is done to the request. */
export function keptFields({ fields }: Pick<Located, 'fields'>, decision: Decision, inForce: InForce): FieldLines {
  const signs = credentialOf(decision, inForce)?.injection.by === 'aws-sigv4';
  return signs ? withoutFields(fields, SIGNATURE) : fields;
}

const SIGNATURE: ReadonlySet<string> = new Set(['authorization']);

/** Why a request may not leave as it asks for secrets. */
export interface Misuse {
  readonly code: 'credential_not_allowed';
  readonly reason: string;
  /** The placeholder of this credential was sent where it does not belong: somebody should look at it. */
  readonly misplaced?: string;
}

/**
 * Looks for what no secret may go into: cleartext, another destination, another place of the request. A placeholder that is
 * no credential's by the policy in force leaves nothing to protect, but nothing either that its destination could want.
 */
export function misuseOf(located: Located, decision: Decision, inForce: InForce): Misuse | undefined {
  if (inForce.policy.policy.credentials.length === 0) return undefined;
  const credential = credentialOf(decision, inForce);
  const misplaced = placeholdersIn(located).find(({ id, field }) => !belongs(credential, id, field));
  if (misplaced !== undefined) {
    const { id, field } = misplaced;
    const where = field === undefined ? 'the target' : `the field ${field}`;
    return {
      code: 'credential_not_allowed',
      reason: `Found the placeholder of the credential ${id} in ${where} of a request that it is not put into there`,
      misplaced: id,
    };
  }
  return credential === undefined ? undefined : misuseOfOwn(located, credential);
}

function belongs(credential: CompiledCredential | undefined, id: string, field: string | undefined): boolean {
  return credential?.id === id && fieldOf(credential.injection) === field;
}

function misuseOfOwn(located: Located, { id, injection, asksForPlaceholder }: CompiledCredential): Misuse | undefined {
  if (located.scheme !== 'https') {
    const reason = `Found cleartext HTTP, expected TLS for a request that the credential ${id} is put into`;
    return { code: 'credential_not_allowed', reason };
  }
  if (!asksForPlaceholder || filledWith(id, injection, located) !== 'something-else') return undefined;
  const reason = `Found another value in the place of the credential ${id}, expected its placeholder alone, or nothing`;
  return { code: 'credential_not_allowed', reason };
}
