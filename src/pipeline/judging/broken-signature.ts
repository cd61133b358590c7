import type { RequestMasks } from '../../core/exchange/decision.ts';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import { signatureScheme } from '../../transform/signed-request.ts';

/**
 * Why a request may not be masked: it is signed over what would be, so its origin would refuse it, or worse, take the change
 * for tampering. Undefined where nothing is in the way, and where a rule lets signed requests leave as they are.
 *
 * @param masks of the request; absent where nothing of it is masked
 * @param target origin-form, with its query
 */
export function brokenSignature(
  masks: RequestMasks | undefined,
  target: string,
  fields: FieldLines,
): { readonly reason: string; readonly hint: string } | undefined {
  if (masks === undefined || masks.signed === 'pass') return undefined;
  const scheme = signatureScheme(target, fields);
  if (scheme === undefined) return undefined;
  return {
    reason: `The request is signed (${scheme}), and masking by ${masks.rules.join(', ')} would break its signature`,
    hint: 'Send it unsigned, or ask for `signed: pass` in the rule: then it leaves as it is, unmasked.',
  };
}
