import { GROUPS } from '../../masking/catalogue.ts';
import { Findings } from '../../masking/finding.ts';
import type { Masking } from '../../masking/masker.ts';
import { createReplacer } from '../../masking/strategies/replacer.ts';
import { detectionFor } from './detections.ts';
import { maskPath } from './mask-target.ts';

/** What is masked in every record, whatever the rules say (contract §4.1.14). */
const ENTITIES: readonly string[] = [...new Set(['pii', 'secrets'].flatMap((group) => GROUPS.get(group) ?? []))].sort();

/**
 * Whether anything can be in a target: an address, an encoded character, a named value, four digits, or a word as long as
 * secrets are. Nearly all targets of APIs have none of these, and are not looked through.
 */
const MAY_HOLD_VALUES = /[@%:=]|[^/?&]{15}|\d\D*\d\D*\d\D*\d/;

let prepared: Omit<Masking, 'findings'> | undefined;

/** Compiles what targets are looked through for, so that no exchange waits for it. */
export function prepareRecordedTexts(): void {
  recording();
}

/** A path, or a target without its query values, as it may be kept: values that are found are redacted. */
export function recordedPath(path: string): string {
  if (!MAY_HOLD_VALUES.test(path)) return path;
  const segments = path.split('/').map((segment) => (MAY_HOLD_VALUES.test(segment) ? maskPath(segment, recording()) : segment));
  return segments.join('/');
}

function recording(): Masking {
  prepared ??= {
    detection: detectionFor(ENTITIES, []),
    replacer: createReplacer(new Map(ENTITIES.map((entity) => [entity, 'redact'])), { hash: () => new Uint8Array(32) }),
  };
  return { ...prepared, findings: new Findings() };
}
