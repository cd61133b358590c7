import type { Check } from '../entity.ts';
import { ContextWords } from '../scanning/context/context-words.ts';
import { OWN_CHECKSUMS } from './own-checksums.ts';
import type { OwnEntity } from './own-entity.ts';
import { charactersIn, parsePattern, type Characters } from './pattern-tree.ts';

/** An own entity, ready to be looked for. */
export interface OwnMatcher {
  readonly id: string;
  /** Sticky: it matches where it is put. */
  readonly expression: RegExp;
  /** 1 for every ASCII character that a match may hold; the last one stands for all others. */
  readonly characters: Uint8Array;
  readonly check: Check | undefined;
  readonly max: number;
  /** One of its words has to stand before a match. */
  readonly asksForContext: boolean;
}

/** What finds the entities that a policy declares. */
export interface OwnDetection {
  readonly matchers: readonly OwnMatcher[];
  readonly context: ContextWords;
}

/** Compiles own entities, whose patterns have been checked; undefined where there are none. */
export function compileOwn(entities: readonly OwnEntity[]): OwnDetection | undefined {
  if (entities.length === 0) return undefined;
  const context = new ContextWords(entities.length);
  const matchers = entities.flatMap((entity, index) => {
    const pattern = parsePattern(entity.pattern);
    if (!pattern.ok) return [];
    for (const word of entity.context) context.add(word, index);
    return [
      {
        id: entity.id,
        expression: new RegExp(entity.pattern, 'uy'),
        characters: tableOf(charactersIn(pattern.value)),
        check: entity.checksum === undefined ? undefined : OWN_CHECKSUMS.get(entity.checksum),
        max: entity.max,
        asksForContext: entity.context.length > 0,
      },
    ];
  });
  return { matchers, context };
}

function tableOf(characters: Characters): Uint8Array {
  return Uint8Array.from({ length: 129 }, (_, i) => (((characters >> BigInt(i)) & 1n) === 1n ? 1 : 0));
}
