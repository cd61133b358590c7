import { contentRead } from '../../../src/core/exchange/content-facts.ts';
import type { Decision } from '../../../src/core/exchange/decision.ts';
import type { ReadContent, Sender } from '../../../src/policy/content/content-ports.ts';

const EMAIL = /[a-z]+@[a-z]+\.[a-z]+/g;

/** Reads text and JSON, and finds e-mail addresses in it; images are opaque, and a coding is more than it can undo. */
export const readContent: ReadContent = (entities, mediaType, content, fields) => {
  if (/^(?:image|application\/octet-stream)/.test(mediaType)) return { kind: 'opaque' };
  if (fields.some(([name]) => name.toLowerCase() === 'content-encoding')) return { kind: 'unreadable', detail: 'it is coded' };
  return contentRead(content.length, entities, new Map([['email', content.match(EMAIL)?.length ?? 0]]));
};

/** Masks e-mail addresses where the decision obliges to. */
export const send: Sender = (given, decision) => {
  if (given.content === 'break') return { failure: 'the content broke' };
  const parts: Readonly<Record<string, string>> = {
    query: given.request.query ?? '',
    fields: (given.fields ?? []).map((line) => line.join(': ')).join('\n'),
    content: given.content ?? '',
  };
  const masked = maskedParts(decision);
  let found = 0;
  const sent = Object.entries(parts).map(([part, text]) => {
    if (!masked.has(part)) return text;
    found += text.match(EMAIL)?.length ?? 0;
    return text.replaceAll(EMAIL, '[email]');
  });
  return { sent: sent.join('\n'), findings: found > 0 ? { email: found } : {} };
};

function maskedParts({ obligations }: Decision): ReadonlySet<string> {
  return new Set(
    obligations.flatMap((each) =>
      each.kind === 'mask' && each.direction === 'request'
        ? each.masks.flatMap((mask) => (mask.entities.includes('email') ? mask.in : []))
        : [],
    ),
  );
}
