import type { CodingMemory } from '../../transform/codings/coding-memory.ts';
import { maskingTexts } from '../../transform/masking/text-filters.ts';
import { MessageFlow } from '../../transform/websocket/message-flow.ts';
import type { MessageTap } from '../../transform/websocket/message-tap.ts';
import { MessageTexts } from '../../transform/websocket/message-texts.ts';
import type { DeflateTerms } from '../../wire/websocket/deflate-extension.ts';
import { answerTexts } from './answer-texts.ts';
import type { ExchangeMasking } from './exchange-masking.ts';

/** What the messages of both sides of a WebSocket go through. */
export interface MessageFlows {
  readonly toOrigin: MessageFlow;
  readonly toClient: MessageFlow;
  /** Tokens were found in messages of the origin that another destination was sent: somebody passed them on. */
  readonly hasForeignTokens: boolean;
}

/** Who sees the messages of both sides, where they are recorded. */
export interface MessageTaps {
  readonly toOrigin?: MessageTap;
  readonly toClient?: MessageTap;
}

/**
 * The messages of a client are masked as the content of a request is, those of its origin as that of a response; nobody can
 * be asked about a message any more, so `opaque: hold` denies it.
 *
 * @param terms of permessage-deflate, where it was agreed on
 */
export function messageFlows(
  masking: ExchangeMasking,
  terms: DeflateTerms | undefined,
  { held, taps = {} }: { readonly held: CodingMemory; readonly taps?: MessageTaps | undefined },
): MessageFlows {
  const { request, response, tokens } = masking;
  const asked = request?.masking.of('content');
  const toOrigin = new MessageFlow({
    isFromClient: true,
    texts: asked && new MessageTexts(maskingTexts(asked), asked),
    tap: taps.toOrigin,
    opaque: request?.masks.opaque === 'pass' ? 'pass' : 'deny',
    deflate: terms?.client,
    share: held.share(),
    ...(tokens !== undefined && { settled: () => tokens.settled() }),
  });
  const state = { hasForeignTokens: false };
  const answered = response?.masking.of('content');
  const onForeign = (): void => {
    state.hasForeignTokens = true;
  };
  const texts = answerTexts(masking, onForeign);
  const toClient = new MessageFlow({
    isFromClient: false,
    texts: texts && new MessageTexts(texts, answered),
    tap: taps.toClient,
    // Where it is only looked through for tokens, what nobody reads holds none that anybody would miss.
    opaque: answered === undefined ? 'pass' : (response?.masks.opaque ?? 'deny'),
    deflate: terms?.server,
    share: held.share(),
  });
  return {
    toOrigin,
    toClient,
    get hasForeignTokens() {
      return state.hasForeignTokens;
    },
  };
}
