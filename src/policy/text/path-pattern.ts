import { fail, ok, type Result } from '../../core/result.ts';
import { canonicalPath } from '../../wire/http/canonical-path.ts';
import { quote } from '../../wire/quote.ts';
import { compileGlob } from '../../core/glob.ts';
import type { PathPattern } from '../model.ts';

/**
 * Reads a path glob: `*` is any run of characters inside one segment, `**` alone between slashes is any number of whole
 * segments, none included, so `/v1/**` covers `/v1`, `/v1/` and all below. It is compared with canonical paths, so its
 * literal parts are made canonical too; what origins may read in two ways is refused.
 */
export function parsePathPattern(text: string): Result<PathPattern, string> {
  if (!text.startsWith('/')) return fail(`Found ${quote(text)}, expected a path that starts with "/"`);
  if (/[?#]/.test(text)) return fail(`Found ${quote(text)}, expected a path without query and fragment`);
  const canonical = canonicalPath(text);
  if (canonical === undefined) {
    return fail(`Found ${quote(text)}, expected a path without empty or dot segments, "\\", ";" and escaped slashes`);
  }
  const segments = canonical.slice(1).split('/');
  const mixed = segments.find((segment) => segment.includes('**') && segment !== '**');
  if (mixed !== undefined) {
    return fail(`Found ${quote(mixed)} in ${quote(text)}, expected "**" to be a whole segment`);
  }
  return ok({ text: canonical, matches: compileSegments(canonical, segments) });
}

type Segments = readonly string[];
type Matcher = (segment: string) => boolean;

function compileSegments(canonical: string, segments: Segments): (path: string) => boolean {
  if (!canonical.includes('*')) return (path) => path === canonical;
  const prefix = canonical.slice(0, -3);
  if (canonical.endsWith('/**') && !prefix.includes('*')) {
    const below = `${prefix}/`;
    return (path) => path.startsWith(below) || (path === prefix && prefix !== '');
  }
  const groups = splitAtDoubleStars(segments).map((group) => group.map(compileGlob));
  return (path) => path.startsWith('/') && matchesGroups(groups, path.slice(1).split('/'));
}

/** The runs of segments between `**`: one more than there are `**`. */
function splitAtDoubleStars(segments: Segments): string[][] {
  const groups: string[][] = [[]];
  for (const segment of segments) {
    if (segment === '**') groups.push([]);
    else groups.at(-1)!.push(segment);
  }
  return groups;
}

/**
 * The first group is tied to the start, the last to the end; each one between takes the leftmost place where it fits, which
 * leaves most for the rest, so nothing is ever tried twice.
 */
function matchesGroups(groups: readonly (readonly Matcher[])[], segments: Segments): boolean {
  const first = groups[0]!;
  const last = groups.at(-1)!;
  if (groups.length === 1) return segments.length === first.length && fits(first, segments, 0);
  const end = segments.length - last.length;
  if (end < first.length || !fits(first, segments, 0) || !fits(last, segments, end)) return false;
  let from = first.length;
  for (const group of groups.slice(1, -1)) {
    while (from + group.length <= end && !fits(group, segments, from)) from++;
    if (from + group.length > end) return false;
    from += group.length;
  }
  return true;
}

function fits(group: readonly Matcher[], segments: Segments, at: number): boolean {
  return group.every((matches, i) => matches(segments[at + i]!));
}
