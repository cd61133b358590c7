import type { ApprovalAnswer } from '../../admin/contract/approvals.ts';
import { hostWarnings } from '../../console/text/host-warnings.ts';
import { textWarnings } from '../../console/text/text-warnings.ts';
import { shownText } from '../shown-text.ts';

/** Letters after which a terminal may turn the order of what follows (UAX #9: R and AL). */
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** What in a request may be read as something else: the same as in the console, and what a terminal alone does. */
export function careRows({ origin, reason = '', preview = '', fields = [] }: ApprovalAnswer): string[][] {
  const texts = [reason, preview, ...fields.map(({ value }) => value)];
  const turned = texts.some((text) => RIGHT_TO_LEFT.test(text));
  return [
    ...hostWarnings(origin),
    ...new Set(texts.flatMap(textWarnings)),
    ...(turned ? ['Some of it is written from right to left: a terminal may show it in another order than it is sent in'] : []),
  ].map((warning) => [shownText(warning)]);
}
