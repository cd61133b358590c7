import type { Approver } from '../../core/approval/approver.ts';
import type { Failure } from '../../core/codes.ts';
import type { PersonTokenStore } from '../../core/people/person-token.ts';
import { hasSteppedUp, type Principal } from '../../core/people/principal.ts';
import type { Clock } from '../../core/ports.ts';
import { ok, type Result } from '../../core/result.ts';

export interface ApproverParts {
  readonly personTokens: Pick<PersonTokenStore, 'minters'>;
  readonly clock: Clock;
}

/**
 * A person as one who decides, with all who vouch for it. Which of a minter's tokens a token was minted with is not kept, so
 * all that anybody ever minted for the minter count.
 * @failure store_unavailable
 */
export async function approverOf(by: Principal, { personTokens, clock }: ApproverParts): Promise<Result<Approver, Failure>> {
  const { person, role, groups, places, vouchedBy } = by;
  const further = await personTokens.minters(vouchedBy);
  if (!further.ok) return further;
  const persons = [...new Set([vouchedBy, ...further.value])].filter(isPerson);
  const scoped = { person, role, groups, places, hasSteppedUp: hasSteppedUp(by, clock.now()) };
  return ok({ ...scoped, ...(persons.length > 0 && { vouchedBy: persons }) });
}

/** Who works on the machine itself, and the gateway at its first start, are no persons that could ask for anything. */
function isPerson(name: string): boolean {
  return !name.startsWith('local:') && name !== 'cordon';
}
