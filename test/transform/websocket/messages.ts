import type { Findings } from '../../../src/masking/finding.ts';
import { CodingMemory } from '../../../src/transform/codings/coding-memory.ts';
import { MessageMasking } from '../../../src/transform/masking/message-masking.ts';
import { planMasks } from '../../../src/transform/masking/mask-plan.ts';
import { maskingTexts } from '../../../src/transform/masking/text-filters.ts';
import { MessageFlow, type MessageFlowOptions } from '../../../src/transform/websocket/message-flow.ts';
import type { MessageFailure } from '../../../src/transform/websocket/message-failure.ts';
import { MessageTexts } from '../../../src/transform/websocket/message-texts.ts';

export const CARD = '4111111111111111';
export const MASKED_CARD = 'REDACTED_PAYMENT_CARD';

const ENTITIES = ['email', 'github-token', 'payment-card', 'private-key'];

/** Texts whose cards, addresses and tokens are redacted, and what counts them. */
export function redactingTexts(): { readonly texts: MessageTexts; readonly findings: Findings } {
  const plan = planMasks([{ entities: ENTITIES, as: 'redact', in: ['content'], unreadable: 'deny' }], []);
  const masking = new MessageMasking(plan, { hash: () => new Uint8Array(32) });
  const ofContent = masking.of('content')!;
  return { texts: new MessageTexts(maskingTexts(ofContent), ofContent), findings: masking.findings };
}

/** A flow from an origin to its client, unless told otherwise. */
export function flowWith(options: Partial<MessageFlowOptions> = {}): MessageFlow {
  const share = new CodingMemory(64 * 1024 * 1024).share();
  const { texts } = redactingTexts();
  return new MessageFlow({ isFromClient: false, texts, opaque: 'deny', deflate: undefined, share, ...options });
}

export interface Passed {
  readonly bytes: Buffer;
  readonly failure: MessageFailure | undefined;
}

/** All that leaves a flow. */
export async function pass(flow: MessageFlow, chunks: Iterable<Uint8Array>): Promise<Passed> {
  const left: Uint8Array[] = [];
  let failure: MessageFailure | undefined;
  for await (const each of flow.pass(fromIterable(chunks))) {
    if (each.ok) left.push(each.value);
    else failure = each.failure;
  }
  return { bytes: Buffer.concat(left), failure };
}

async function* fromIterable(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}
