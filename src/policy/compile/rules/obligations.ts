import type { Limit, Mask } from '../../../core/exchange/decision.ts';
import { parseDuration, parseSize } from '../../../core/units.ts';
import type { Approval, CompiledRule } from '../../model.ts';
import type { ApprovalText, LimitText, MaskText } from '../../schema/obligations.ts';
import type { RuleText } from '../../schema/rules.ts';
import type { Spot } from '../../reading/spot.ts';
import { compileEntityNames } from '../entities.ts';
import type { Scope } from '../scope.ts';
import { accept } from '../texts.ts';

/** `mask`: the short form and groups are written out. */
export function compileMasks(text: RuleText['mask'], spot: Spot, scope: Scope): CompiledRule['masks'] {
  return {
    request: text?.request === undefined ? [] : [compileMask(text.request, spot.at('request'), scope)],
    response: text?.response === undefined ? [] : [compileResponseMask(text.response, spot.at('response'), scope)],
  };
}

function compileMask(text: MaskText, spot: Spot, scope: Scope): Mask {
  const isShort = Array.isArray(text);
  const names = isShort ? text : text.entities;
  const entities = compileEntityNames(names, isShort ? spot : spot.at('entities'), scope);
  return isShort ? { entities, as: 'redact', in: ['content', 'query', 'fields'], unreadable: 'deny' } : { ...text, entities };
}

function compileResponseMask(text: MaskText, spot: Spot, scope: Scope): Mask {
  const mask = compileMask(text, spot, scope);
  if (mask.as === 'token') {
    spot
      .at('as')
      .error(
        'Found token for a response, expected redact, partial or hash',
        'tokens stand for what left, so only requests have them',
      );
  }
  return mask;
}

/** `approval`, with times in milliseconds. */
export function compileApproval(text: ApprovalText | undefined, spot: Spot): Approval | undefined {
  if (text === undefined) return undefined;
  const wait = accept(parseDuration(text.wait), spot.at('wait')) ?? 0;
  const expires = accept(parseDuration(text.expires), spot.at('expires')) ?? 0;
  if (wait > expires) spot.at('wait').error(`Found wait ${text.wait}, expected at most expires, which is ${text.expires}`);
  const max = text.grant === undefined ? undefined : accept(parseDuration(text.grant.max), spot.at('grant', 'max'));
  return {
    by: text.by ?? [],
    quorum: text.quorum,
    wait,
    expires,
    reason: text.reason,
    fields: text.fields.map((name) => name.toLowerCase()),
    stepUp: text['step-up'],
    ...(max !== undefined && { grant: { max } }),
  };
}

/** `limits`, in requests or bytes per milliseconds. */
export function compileLimits(texts: readonly LimitText[], spot: Spot): readonly Limit[] {
  return texts.flatMap((text, index) => {
    const at = spot.at(index);
    const { requests } = text;
    if ((requests === undefined) === (text.bytes === undefined)) {
      at.error(
        `Found ${requests === undefined ? 'neither requests nor bytes' : 'both requests and bytes'}, expected one of them`,
        'write two limits for both',
      );
      return [];
    }
    const bytes = text.bytes === undefined ? undefined : accept(parseSize(text.bytes), at.at('bytes'));
    const every = accept(parseDuration(text.every), at.at('every'));
    if (every === 0) at.at('every').error('Found 0, expected a time longer than that');
    if (every === undefined) return [];
    return [{ ...(requests !== undefined && { requests }), ...(bytes !== undefined && { bytes }), every, per: text.per }];
  });
}

/** Fields that carry framing, routing or the gateway's own words; a rule that set them would speak for the protocol. */
const PROTOCOL_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
]);
const SECRET_FIELDS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'x-api-key', 'api-key']);

/** `headers`, names in lower case. */
export function compileHeaders(text: RuleText['headers'], spot: Spot): CompiledRule['headers'] {
  const set = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(text?.set ?? {})) {
    const lower = name.toLowerCase();
    const at = spot.at('set', name);
    if (lower in set) at.errorAtKey(`Found the field ${lower} twice, expected it once`);
    else if (SECRET_FIELDS.has(lower)) at.warning(`Found a value for ${lower} in the policy`, 'secrets belong in credentials');
    reportProtocolField(lower, at);
    set[lower] = value;
  }
  const remove = (text?.remove ?? []).map((name) => name.toLowerCase());
  for (const [index, name] of remove.entries()) {
    const at = spot.at('remove', index);
    reportProtocolField(name, at);
    if (name in set) at.error(`Found ${name} under remove and under set, expected it under one of them`);
  }
  return { set: { ...set }, require: (text?.require ?? []).map((name) => name.toLowerCase()), remove };
}

function reportProtocolField(name: string, spot: Spot): void {
  if (PROTOCOL_FIELDS.has(name) || /^(?:proxy|cordon|sec-websocket)-/.test(name)) {
    spot.errorAtKey(`Found the field ${name}, which belongs to the protocol; expected another field`);
  }
}
