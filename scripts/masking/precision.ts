import type { Detection } from '../../src/masking/scanning/detection.ts';
import { findAll } from './findings.ts';
import { Random } from './random.ts';
import { around } from './recall.ts';
import { message } from './texts/chat.ts';
import { logLine } from './texts/logs.ts';
import { plainSentence } from './texts/plain-prose.ts';
import { anyLanguage, sentence } from './texts/prose.ts';
import { sourceCode } from './texts/source-code.ts';

const KINDS = {
  code: (random: Random) => sourceCode(random),
  logs: (random: Random) => `${logLine(random)}\n`,
  prose: (random: Random) => `${random.chance(0.5) ? sentence(random, anyLanguage(random)) : plainSentence(random)} `,
  chat: (random: Random) => `${JSON.stringify({ role: 'user', content: message(random) })}\n`,
} as const;

/** Kinds of texts that hold no value of anybody. */
export type CleanKind = keyof typeof KINDS;

export interface FalseFindings {
  readonly kind: CleanKind;
  readonly megabytes: number;
  readonly found: readonly { readonly entity: string; readonly around: string }[];
}

/** Looks for values in so many bytes of each kind of clean text; whatever is found is false. */
export function measurePrecision(
  detection: Detection,
  { seed, length }: { readonly seed: number; readonly length: number },
): FalseFindings[] {
  return (Object.keys(KINDS) as CleanKind[]).map((kind) => {
    const random = new Random(seed);
    const parts: string[] = [];
    for (let size = 0; size < length; size += parts.at(-1)!.length) parts.push(KINDS[kind](random));
    const bytes = new TextEncoder().encode(parts.join(''));
    const found = findAll(detection, bytes).map(({ entity, start, end }) => ({ entity, around: around(bytes, start, end) }));
    return { kind, megabytes: bytes.length / 1e6, found };
  });
}
