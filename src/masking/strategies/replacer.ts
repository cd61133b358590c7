import { Defect } from '../../core/defect.ts';
import { labelOf, type TokenKind } from '../../core/vault/vault-token.ts';
import { toBytes } from '../media/bytes/text-bytes.ts';
import { hashText } from './hash-text.ts';
import { partialText } from './partial-text.ts';
import type { Strategy } from './strategy.ts';

/** What replacing needs beyond the value. */
export interface ReplacerMeans {
  /** HMAC-SHA-256 under a key of the jurisdiction: 32 bytes. */
  hash(text: string): Uint8Array;
  /** The reversible token for a value; undefined where none can be had, then the value is redacted. */
  tokenFor?(entity: string, value: string, kind: TokenKind): string | undefined;
  /** Whether the entity is of the group `secrets`. Without an answer, what has no form of its own is taken for one. */
  isSecret?(entity: string): boolean;
}

/** Gives the texts that stand in place of found values. */
export interface Replacer {
  /**
   * The replacement: of `[A-Za-z0-9_*]` alone, so that it is well-formed wherever a value may stand; for a number a whole
   * number of JSON. It is not found as a value again.
   *
   * @param entity id of an entity of the plan
   * @param value in UTF-8, escapes undone; not kept
   * @param kind `number`: a bare number of JSON
   */
  replace(entity: string, value: Uint8Array, kind: TokenKind): Uint8Array;
  /** The replacement where it is the same for all values; undefined where it has to be asked for with the value. */
  fixed(entity: string, kind: TokenKind): Uint8Array | undefined;
  /** What stands for a value that is too long to be looked at as a whole, whatever the strategy. */
  redact(entity: string): Uint8Array;
}

/** @param plan the strategy of every entity that is looked for */
export function createReplacer(plan: ReadonlyMap<string, Strategy>, means: ReplacerMeans): Replacer {
  const constants = new Map([...plan.keys()].map((entity) => [entity, toBytes(`REDACTED_${labelOf(entity)}`)]));
  const redact = (entity: string, kind: TokenKind): Uint8Array => (kind === 'number' ? ZERO : constants.get(entity)!);

  const strategyOf = (entity: string): Strategy => {
    const strategy = plan.get(entity);
    if (strategy === undefined) throw new Defect(`The entity "${entity}" is not in the plan`);
    return strategy;
  };
  const fixedOf = (kind: TokenKind, strategies: readonly Strategy[]): ReadonlyMap<string, Uint8Array> =>
    new Map([...plan].flatMap(([entity, strategy]) => (strategies.includes(strategy) ? [[entity, redact(entity, kind)]] : [])));
  const fixedTexts = fixedOf('text', ['redact']);
  const fixedNumbers = fixedOf('number', ['redact', 'partial']);
  const fixed = (entity: string, kind: TokenKind): Uint8Array | undefined =>
    (kind === 'text' ? fixedTexts : fixedNumbers).get(entity);

  return {
    redact: (entity) => redact(entity, 'text'),
    fixed,
    replace(entity, value, kind) {
      const strategy = strategyOf(entity);
      const same = fixed(entity, kind);
      if (same !== undefined) return same;
      const text = textOf(value);
      if (text === undefined) return redact(entity, kind);
      switch (strategy) {
        case 'redact':
          return redact(entity, kind);
        case 'partial':
          return toBytes(partialText(entity, text, means.isSecret?.(entity) ?? true));
        case 'hash':
          return toBytes(
            hashText({ entity, text, kind, isSecret: means.isSecret?.(entity) ?? false }, (message) => means.hash(message)),
          );
        case 'token': {
          const token = means.tokenFor?.(entity, text, kind);
          return token === undefined ? redact(entity, kind) : toBytes(token);
        }
      }
    },
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ZERO = toBytes('0');

/** Undefined for what is no UTF-8: it could neither be told apart nor be restored. */
function textOf(value: Uint8Array): string | undefined {
  try {
    return decoder.decode(value);
  } catch {
    return undefined;
  }
}
