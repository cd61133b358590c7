import type { PolicyDigest } from '../../../src/core/ids.ts';
import { compilePolicy, type Compilation } from '../../../src/policy/compile.ts';
import { formatIssue } from '../../../src/policy/issue.ts';
import type { CompiledPolicy } from '../../../src/policy/model.ts';
import { WORLD } from './world.ts';

export const NOW = Date.UTC(2026, 10, 22);

/** Compiles texts as the files `a.yaml`, `b.yaml` …; a text without a version gets one, behind what it says. */
export function compileTexts(texts: readonly string[], authority: readonly string[] = []): Compilation {
  return compileAsWritten(texts.map(versioned), authority);
}

function versioned(text: string): string {
  return /^(?:[a-z]+:|- )/m.test(text) && !/^cordon:/m.test(text) ? `${text.trimEnd()}\ncordon: 1\n` : text;
}

/** Compiles texts as the files `a.yaml`, `b.yaml` … */
export function compileAsWritten(texts: readonly string[], authority: readonly string[] = []): Compilation {
  const sources = texts.map((text, index) => ({ file: `${'abcdefgh'[index]}.yaml`, text }));
  return compilePolicy(sources, WORLD, { digest: 'sha256:test' as PolicyDigest, authority, now: NOW });
}

/** The issues of one file, as `cordon check` prints them. */
export function issuesOf(text: string): readonly string[] {
  return compileTexts([text]).issues.map(formatIssue);
}

/** The policy of texts that must be free of errors. */
export function policyOf(...texts: readonly string[]): CompiledPolicy {
  const { policy, issues } = compileTexts(texts);
  if (policy === undefined) throw new Error(issues.map(formatIssue).join('\n'));
  return policy;
}
