import type { IssueList } from '../issue.ts';
import type { Spot } from '../reading/spot.ts';
import type { SectionName, Sections } from './sections.ts';

/** Sections that only files with authority may have (contract §4.1.9). */
const RESERVED_SECTIONS: readonly SectionName[] = ['jurisdictions', 'agents', 'credentials'];
const RESERVED_KEYS = {
  destinations: ['attest', 'internal', 'frameworks', 'tls'],
  rules: ['transfer', 'credential'],
} as const;

/**
 * Reports what files without authority declare although only files with it may. No names in `authority`: every file has it.
 *
 * @param authority file names exactly as in the sources
 */
export function checkAuthority(
  sections: Sections,
  files: readonly string[],
  authority: readonly string[],
  issues: IssueList,
): void {
  if (authority.length === 0) return;
  const trusted = new Set(authority);
  for (const name of authority) {
    if (files.includes(name)) continue;
    const message = `Found no policy file "${name}", expected one, because authority names it`;
    issues.add({ severity: 'error', file: name, line: 1, column: 1, path: '', message });
  }
  const report = (spot: Spot, what: string): void => {
    if (trusted.has(spot.source.file)) return;
    spot.errorAtKey(`Found ${what} in a file without authority, expected it only in ${authority.join(', ')}`);
  };
  for (const name of RESERVED_SECTIONS) for (const item of sections[name]) report(item.spot, name);
  for (const { text, spot } of sections.destinations) {
    for (const key of RESERVED_KEYS.destinations) if (isWritten(text[key])) report(spot.at(key), key);
  }
  for (const { text, spot } of sections.rules) {
    for (const key of RESERVED_KEYS.rules) if (isWritten(text[key])) report(spot.at(key), key);
  }
}

/** Whether there is more than the default. */
function isWritten(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}
