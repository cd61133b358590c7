import type { Failure } from '../../core/codes.ts';
import type { ReplySink } from '../../core/exchange/reply-sink.ts';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import { fieldValue, toFieldLines } from '../../wire/http/fields.ts';
import { MESSAGE_CODINGS } from '../../wire/http/grpc.ts';
import { quote } from '../../wire/quote.ts';
import type { CodingMemory } from '../codings/coding-memory.ts';
import { RATIO_LIMIT } from '../codings/expansion.ts';
import { isEmptyAnswer } from '../content/empty-answer.ts';
import { ReplyTransform } from '../content/reply-transform.ts';
import { RewrittenReply } from '../fields/rewritten-reply.ts';
import { scrubbed, scrubbedFields, SecretScrubber, type SecretPatterns } from './secret-scrubber.ts';

/** How the answer to a request with a secret in it is scrubbed. */
export interface Scrubbing {
  readonly patterns: SecretPatterns;
  readonly method: string;
  readonly memory: CodingMemory;
  /** The origin has sent one back. */
  readonly onFound: () => void;
  /** Told once of a failure, at once, so that the origin is not listened to any longer. */
  readonly onFailure: (failure: Failure) => void;
}

/** The answer of an origin without the secrets that it was sent (invariant 11). */
export interface ScrubbedReply {
  readonly sink: ReplySink;
  /** What went wrong here, once nothing more reaches what is behind. */
  settled(): Promise<Failure | undefined>;
}

/** Scrubs content, whatever medium it is of, in whatever coding it comes; fields, interim answers and trailers as well. */
export function scrubbedReply(inner: ReplySink, scrubbing: Scrubbing): ScrubbedReply {
  const { patterns, method, memory, onFound, onFailure } = scrubbing;
  const content = new ReplyTransform(inner, {
    // What stands behind reads the content again, and codes it as the client likes it.
    request: { method, acceptEncoding: undefined },
    filterFor: (status, fields) => {
      const lines = toFieldLines(fields);
      if (isEmptyAnswer(method, status, lines)) return 'pass';
      return codedMessages(lines) ?? new SecretScrubber(patterns, onFound);
    },
    mislabelled: 'pass',
    mayHoldNul: () => true,
    limits: { ...RATIO_LIMIT, size: Infinity },
    memory,
    onFailure,
  });
  return {
    sink: new RewrittenReply(content, {
      fields: (fields) => scrubbedFields(fields, patterns, onFound),
      reason: (reason) => scrubbed(reason, patterns, onFound),
    }),
    settled: () => (content.started ? content.settled : Promise.resolve(undefined)),
  };
}

// Messages of gRPC that are compressed one by one could hold what was sent, and nobody here would see it.
function codedMessages(fields: FieldLines): Failure | undefined {
  for (const name of MESSAGE_CODINGS) {
    const coding = fieldValue(fields, name);
    if (coding === undefined || coding === 'identity') continue;
    const detail = `Found ${name} ${quote(coding)} in the answer to a request with a credential, expected identity`;
    return { code: 'unreadable_content', detail };
  }
  return undefined;
}
