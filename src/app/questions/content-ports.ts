import { contentRead } from '../../core/exchange/content-facts.ts';
import type { ContentFacts, Decision } from '../../core/exchange/decision.ts';
import { UnreadableContent } from '../../masking/unreadable.ts';
import { filterWhole } from '../../masking/media/filter-whole.ts';
import { decodeText, toBytes } from '../../masking/media/bytes/text-bytes.ts';
import { CREDENTIAL_FIELDS } from '../../pipeline/carrying/outgoing.ts';
import { brokenSignature } from '../../pipeline/judging/broken-signature.ts';
import { masksOf } from '../../pipeline/judging/masks-of.ts';
import type { ReadContent, Sender } from '../../policy/content/content-ports.ts';
import type { Given } from '../../policy/expectations/expectation.ts';
import type { CompiledPolicy } from '../../policy/model.ts';
import { JurisdictionHashes } from '../../transform/masking/jurisdiction-hashes.ts';
import { maskFields } from '../../transform/masking/mask-fields.ts';
import { planMasks } from '../../transform/masking/mask-plan.ts';
import { maskTarget } from '../../transform/masking/mask-target.ts';
import { messageFilter } from '../../transform/masking/message-filter.ts';
import { MessageMasking } from '../../transform/masking/message-masking.ts';
import { contentByHead, openScan } from '../../transform/masking/content-scan.ts';
import { maskingTexts } from '../../transform/masking/text-filters.ts';
import { signatureScheme } from '../../transform/signed-request.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import { throwawayTokens } from './throwaway-tokens.ts';

/** What the policy's own tests and `explain` need of the masker. */
export interface ContentPorts {
  readonly readContent: ReadContent;
  readonly send: Sender;
}

type Fields = readonly (readonly [name: string, value: string])[];

/** The ports for one policy, whose own entities they find beside the built-in ones. Content is given decoded. */
export function contentPorts({ entities: own }: Pick<CompiledPolicy, 'entities'>): ContentPorts {
  return {
    readContent: (entities, mediaType, content, given) => {
      const fields = labelled(given, mediaType);
      const byHead = contentByHead(fields);
      if (byHead !== undefined) return byHead;
      return scanText(content, openScan(decodedType(fields), { entities, own }), entities);
    },
    send: (given, decision) => {
      try {
        return masked(given, decision, own);
      } catch (error) {
        if (error instanceof UnreadableContent) return { failure: error.detail };
        throw error;
      }
    },
  };
}

function scanText(content: string, scan: ReturnType<typeof openScan>, entities: readonly string[]): ContentFacts {
  if ('kind' in scan) return scan;
  const bytes = toBytes(content);
  try {
    scan.push(bytes);
    return bytes.length === 0 ? contentRead(0, entities, new Map()) : scan.finish(bytes.length);
  } catch (error) {
    if (error instanceof UnreadableContent) return { kind: 'unreadable', detail: error.detail };
    throw error;
  }
}

function masked(
  { request, fields = [], mediaType, content }: Given,
  { obligations }: Decision,
  own: CompiledPolicy['entities'],
): ReturnType<Sender> {
  const target = request.query === undefined ? request.path : `${request.path}?${request.query}`;
  const { request: masks } = masksOf(obligations);
  const labels = mediaType === undefined ? fields : labelled(fields, mediaType);
  const broken = brokenSignature(masks, target, fields);
  if (broken !== undefined) return { failure: broken.reason };
  if (masks === undefined || signatureScheme(target, fields) !== undefined) {
    return { sent: [target, linesOf(fields), content ?? ''].join('\n'), findings: {} };
  }
  const plan = planMasks(masks.masks, own);
  const hashes = new JurisdictionHashes(new Uint8Array(32));
  const masking = new MessageMasking(plan, { hash: (text) => hashes.digest('', text), tokenFor: throwawayTokens() });
  const ofFields = masking.of('fields');
  const left = ofFields === undefined ? fields.flat() : maskFields(fields.flat(), ofFields, CREDENTIAL_FIELDS);
  const sent = [
    maskTarget(target, { path: masking.of('path'), query: masking.of('query') }),
    linesOf(pairs(left)),
    content === undefined ? '' : maskedText(content, labels, { masking, plan, opaque: masks.opaque }),
  ];
  return { sent: sent.join('\n'), findings: Object.fromEntries(masking.findings.counts) };
}

interface Means {
  readonly masking: MessageMasking;
  readonly plan: ReturnType<typeof planMasks>;
  readonly opaque: 'deny' | 'hold' | 'pass';
}

/** @throws UnreadableContent */
function maskedText(content: string, fields: Fields, { masking, plan, opaque }: Means): string {
  const ofContent = masking.of('content');
  if (ofContent === undefined) return content;
  const filter = messageFilter(withType(fields, decodedType(fields)), {
    texts: maskingTexts(ofContent),
    opaque: opaque === 'pass' ? 'pass' : 'deny',
    unreadable: plan.passesUnreadable ? 'pass' : 'deny',
  });
  if (filter === 'pass') return content;
  if ('code' in filter) throw new UnreadableContent(filter.detail);
  return decodeText(filterWhole(filter, toBytes(content)));
}

/** The fields with the media type that the case states beside them; a charset in its own field is kept. */
function labelled(fields: Fields, mediaType: string): Fields {
  return fieldValue(fields, 'content-type') === undefined ? [...fields, ['content-type', mediaType]] : fields;
}

/** The Content-Type of content that is given as text: whatever charset it would be sent in, here it is decoded. */
function decodedType(fields: Fields): string | undefined {
  return fieldValue(fields, 'content-type')?.replace(/;\s*charset\s*=\s*("?)utf-16(?:le|be)?\1/i, '');
}

function withType(fields: Fields, type: string | undefined): Fields {
  const others = fields.filter(([name]) => name.toLowerCase() !== 'content-type');
  return type === undefined ? others : [...others, ['content-type', type]];
}

function linesOf(fields: Fields): string {
  return fields.map((line) => line.join(': ')).join('\n');
}

function pairs(flat: readonly string[]): Fields {
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ''] as const] : []));
}
