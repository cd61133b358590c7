import type { Authority } from '../../core/address.ts';
import type { DecisionEvent } from '../../core/exchange/record.ts';
import { parseAbsoluteForm } from '../../wire/http/request-target.ts';
import { parseAuthority } from '../../wire/name/authority.ts';

/** What was asked, as far as the record shows it. */
export interface RecordedTarget {
  readonly scheme: 'http' | 'https';
  readonly authority: Authority;
  /** Canonical, for rules; absent for a CONNECT, and where the record has it masked or cut. */
  readonly path: string | undefined;
  /** As it was sent, for the catalogue. */
  readonly rawPath: string | undefined;
  /** It is known that there is no content. */
  readonly hasNoContent: boolean;
}

/** How a text ends that did not fit into its record. */
const CUT = /\.\.\.\[\+\d+ characters\]$/;
const MASKED = 'REDACTED_';

/** The target of a decision record; undefined where it can be read in no way, or there is none. */
export function recordedTarget({ exchangeKind, target: text = '', mediaType }: DecisionEvent): RecordedTarget | undefined {
  const hasNoContent = mediaType === 'none';
  if (exchangeKind === 'connect') {
    const authority = parseAuthority(text);
    if (!authority.ok) return undefined;
    return { scheme: 'https', authority: authority.value, path: undefined, rawPath: undefined, hasNoContent };
  }
  const form = parseAbsoluteForm(text.replace(CUT, ''));
  if (!form.ok) return undefined;
  const { scheme, authority, requestTarget, path } = form.value;
  const isWhole = !text.includes(MASKED) && !CUT.test(text);
  const rawPath = isWhole ? requestTarget.split('?', 1)[0] : undefined;
  return { scheme, authority, path: isWhole ? path : undefined, rawPath, hasNoContent };
}
