import type { ContentIdentity } from '../../approval/fingerprint/content-digest.ts';
import type { Decision } from '../../core/exchange/decision.ts';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import { CONTENT_MAX } from '../../policy/content/content-needs.ts';
import { previewContent, type ContentPreview } from '../../transform/preview/content-preview.ts';
import { headFindings } from '../../transform/preview/head-findings.ts';
import type { PreviewSearch } from '../../transform/preview/preview-masking.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import { requestFieldsForUpstream } from '../../wire/http/hop-by-hop.ts';
import { CREDENTIAL_FIELDS } from '../carrying/outgoing.ts';
import type { RequestContent } from '../content/request-content.ts';
import type { InForce } from '../judging/in-force.ts';
import { masksOf } from '../judging/masks-of.ts';
import type { Held } from '../judging/permitted.ts';
import type { Services } from '../services.ts';

/** What a held request holds: its content, for comparison, and what people may see of that. */
export interface HeldContent {
  /** Absent where no content follows the header section. */
  readonly identity?: ContentIdentity;
  /** In content, target and fields. Absent where the content cannot be shown; nothing is then known of what it holds. */
  readonly findings?: ContentPreview['findings'];
  /** As it came; absent where there is none. */
  readonly size?: Bytes;
  /** People see the beginning of it alone. */
  readonly isCut?: boolean;
  /** What people may see of it. Not kept once they are asked: the store has it then, and thousands may wait here. */
  text?: string | undefined;
}

/**
 * Reads the content to its end, into the spool: what is approved is what lies there, and what is sent.
 * @failure content_too_large; malformed_request when it breaks off; overloaded and store_unavailable from the spool
 */
export async function readHeldContent(
  held: Held,
  content: RequestContent | undefined,
  { content: means, holds, inForce }: Services,
): Promise<Result<HeldContent, Failure>> {
  if (content === undefined) return ok(withoutContent(held, inForce()));
  const read = await content.spoolAll(CONTENT_MAX, held.subject.attributes.agent);
  if (!read.ok) return read;
  if (read.value === 'more') {
    return fail({ code: 'content_too_large', detail: `A held request may have ${CONTENT_MAX} bytes of content` });
  }
  const digest = holds.digests.content(fieldValue(held.fields, 'content-type'));
  let size: Bytes = 0;
  for await (const chunk of content.heldCopy() as AsyncIterable<Uint8Array>) {
    digest.push(chunk);
    size += chunk.length;
  }
  const search = searchOf(held, inForce());
  const preview = await previewContent(content.heldCopy(), held.fields, { ...search, max: CONTENT_MAX, memory: means.codings });
  if (!preview.ok) return preview;
  const identity = digest.finish();
  if (preview.value === undefined) return ok({ identity, size });
  const { text, isCut, findings } = preview.value;
  return ok({ identity, size, text, isCut, findings: sum(findings, foundInHead(held, search)) });
}

/** What a request holds that has no content: what is in its target and its fields. */
export function withoutContent(held: Held, inForce: InForce): HeldContent {
  return { text: '', findings: sum({}, foundInHead(held, searchOf(held, inForce))) };
}

/** What leaves in the target or in a field has left like what is in the content. */
function foundInHead(held: Held, search: PreviewSearch): ReadonlyMap<string, number> {
  const fields = requestFieldsForUpstream(held.fields);
  return headFindings({ target: held.requestTarget, fields, credentials: CREDENTIAL_FIELDS }, search);
}

function sum(findings: ContentPreview['findings'], more: ReadonlyMap<string, number>): ContentPreview['findings'] {
  if (more.size === 0) return findings;
  const total = new Map(Object.entries(findings));
  for (const [entity, count] of more) total.set(entity, (total.get(entity) ?? 0) + count);
  return Object.fromEntries(total);
}

/** What a request is looked through for before people see it. */
export function searchOf({ decision }: Held, { policy }: InForce): PreviewSearch {
  return { masks: masksIn(decision), own: policy.policy.entities };
}

function masksIn({ obligations }: Decision): NonNullable<ReturnType<typeof masksOf>['request']>['masks'] {
  return masksOf(obligations).request?.masks ?? [];
}
