/** Distinct patterns of one method and host; beyond, their common beginning stands for all of them. */
const MOST_PATTERNS = 12;

/** What names one thing among many of its kind, rather than a kind of things. */
const VARIABLE: readonly RegExp[] = [
  /^\d+$/,
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  /^(?=.*\d)[0-9a-f]{8,}$/i,
  /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_-]{16,}$/,
  /REDACTED_/,
];

/** The glob for a path that was asked for: what varies from request to request is `*`. */
export function pathPattern(path: string): string {
  return path
    .split('/')
    .map((segment) => (segment.includes('*') || VARIABLE.some((shape) => shape.test(segment)) ? '*' : segment))
    .join('/');
}

/** The globs that cover all of these, as narrow as a person can read. */
export function pathPatterns(patterns: Iterable<string>): readonly string[] {
  const all = [...new Set(patterns)].sort();
  if (all.length <= MOST_PATTERNS) return all;
  const groups = new Map<string, string[]>();
  for (const pattern of all) {
    const beginning = pattern.split('/').slice(0, 2).join('/');
    groups.set(beginning, [...(groups.get(beginning) ?? []), pattern]);
  }
  const shorter = [...groups].flatMap(([beginning, members]) => (members.length === 1 ? members : [`${beginning}/**`]));
  return shorter.length <= MOST_PATTERNS ? shorter : ['/**'];
}
