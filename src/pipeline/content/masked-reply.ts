import type { Failure } from '../../core/codes.ts';
import type { RawFields, ReplySink } from '../../core/exchange/reply-sink.ts';
import { RATIO_LIMIT } from '../../transform/codings/expansion.ts';
import { ReplyTransform } from '../../transform/content/reply-transform.ts';
import { messageFilter } from '../../transform/masking/message-filter.ts';
import { isEmptyAnswer } from '../../transform/content/empty-answer.ts';
import { RewrittenReply } from '../../transform/fields/rewritten-reply.ts';
import { maskFields, RECOGNISING_FIELDS } from '../../transform/masking/mask-fields.ts';
import { mayHoldNul } from '../../transform/masking/text-charset.ts';
import type { TextFilters } from '../../transform/masking/text-filters.ts';
import { fieldValue, toFieldLines } from '../../wire/http/fields.ts';
import type { Permitted } from '../judging/permitted.ts';
import { answerTexts } from './answer-texts.ts';
import type { ContentMeans } from './content-means.ts';
import type { ExchangeMasking } from './exchange-masking.ts';

/** Where the answer of an origin goes on its way to the client. */
export interface MaskedReply {
  readonly sink: ReplySink;
  /** What went wrong here, once nothing more reaches the client. */
  settled(): Promise<Failure | undefined>;
  /** Tokens were found in the answer that another destination was sent: somebody passed them on. */
  readonly hasForeignTokens: boolean;
}

/** Whether the content of the answer is read. */
export function readsResponse(masking: ExchangeMasking): boolean {
  return masking.tokens !== undefined || masking.scrubbing !== undefined || masksContent(masking);
}

function masksContent({ response }: Pick<ExchangeMasking, 'response'>): boolean {
  return response?.plan.parts.has('content') === true;
}

/** @param onFailure told at once of a failure, so that the origin is not listened to any longer */
export function maskedReply(
  inner: ReplySink,
  masking: ExchangeMasking,
  { permitted, means }: { readonly permitted: Permitted; readonly means: ContentMeans },
  onFailure: (failure: Failure) => void,
): MaskedReply {
  const state = { hasForeignTokens: false };
  const texts = answerTexts(masking, () => {
    state.hasForeignTokens = true;
  });
  const transform =
    texts === undefined
      ? undefined
      : new ReplyTransform(inner, {
          request: { method: permitted.method, acceptEncoding: fieldValue(permitted.fields, 'accept-encoding') },
          filterFor: (status, fields) => filterFor({ status, fields }, { masking, permitted, texts }),
          // Where it is only looked through for tokens, what is no text holds none that anybody would miss.
          mislabelled: masksContent(masking) ? 'refuse' : 'pass',
          mayHoldNul,
          limits: { ...RATIO_LIMIT, size: Infinity },
          memory: means.codings,
          onFailure,
        });
  const ofFields = masking.response?.masking.of('fields');
  const sink = transform ?? inner;
  return {
    sink:
      ofFields === undefined
        ? sink
        : new RewrittenReply(sink, { fields: (fields) => maskFields(fields, ofFields, RECOGNISING_FIELDS) }),
    // Before it was started nothing reaches the client through it.
    settled: () => (transform?.started === true ? transform.settled : Promise.resolve(undefined)),
    get hasForeignTokens() {
      return state.hasForeignTokens;
    },
  };
}

interface Answered {
  readonly status: number;
  readonly fields: RawFields;
}

interface Reading {
  readonly masking: ExchangeMasking;
  readonly permitted: Permitted;
  readonly texts: TextFilters;
}

function filterFor({ status, fields }: Answered, { masking, permitted, texts }: Reading): ReturnType<typeof messageFilter> {
  const lines = toFieldLines(fields);
  const { response } = masking;
  const isEmpty = isEmptyAnswer(permitted.method, status, lines);
  // Where it is only looked through for tokens, what cannot be read holds none that anybody would miss.
  const isLenient = isEmpty || !masksContent(masking);
  if (!masksContent(masking) && status === PARTIAL_CONTENT) return 'pass';
  return messageFilter(lines, {
    texts,
    opaque: isLenient ? 'pass' : (response?.masks.opaque ?? 'deny'),
    unreadable: isLenient || (response?.plan.passesUnreadable ?? false) ? 'pass' : 'deny',
    isArrayStream: permitted.path?.endsWith(':streamGenerateContent') === true,
  });
}

const PARTIAL_CONTENT = 206;
