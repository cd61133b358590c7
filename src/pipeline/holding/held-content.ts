import type { ContentIdentity } from '../../approval/fingerprint/content-digest.ts';
import type { Decision } from '../../core/exchange/decision.ts';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { CONTENT_MAX } from '../../policy/content/content-needs.ts';
import { previewContent, type ContentPreview } from '../../transform/preview/content-preview.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import type { RequestContent } from '../content/request-content.ts';
import { masksOf } from '../judging/masks-of.ts';
import type { Held } from '../judging/permitted.ts';
import type { Services } from '../services.ts';

/** The content of a held request: what it is, for comparison, and what people may see of it. */
export interface HeldContent {
  /** Absent where no content follows the header section. */
  readonly identity?: ContentIdentity;
  /** Absent where it cannot be shown; nothing is then known of what it holds. */
  readonly findings?: ContentPreview['findings'];
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
  // No content holds nothing.
  if (content === undefined) return ok({ text: '', findings: {} });
  const read = await content.spoolAll(CONTENT_MAX);
  if (!read.ok) return read;
  if (read.value === 'more') {
    return fail({ code: 'content_too_large', detail: `A held request may have ${CONTENT_MAX} bytes of content` });
  }
  const digest = holds.digests.content(fieldValue(held.fields, 'content-type'));
  for await (const chunk of content.heldCopy() as AsyncIterable<Uint8Array>) digest.push(chunk);
  const preview = await previewContent(content.heldCopy(), held.fields, {
    masks: masksIn(held.decision),
    own: inForce().policy.policy.entities,
    max: CONTENT_MAX,
    memory: means.codings,
  });
  if (!preview.ok) return preview;
  return ok({ identity: digest.finish(), ...preview.value });
}

function masksIn({ obligations }: Decision): NonNullable<ReturnType<typeof masksOf>['request']>['masks'] {
  return masksOf(obligations).request?.masks ?? [];
}
