/** A path that is canonical as it stands; no segment of it begins with a dot. */
const PLAIN = /^(?:\/|(?:\/[A-Za-z0-9_~:@!$&'()*+,=-][A-Za-z0-9._~:@!$&'()*+,=-]*)+\/?)$/;
const ESCAPE = /%([0-9A-Fa-f]{2})?/g;
/** What may stand in a path unescaped (RFC 3986 §3.3 pchar) and is no delimiter to any known origin; `;` is to some. */
const PCHAR = /[A-Za-z0-9._~:@!$&'()*+,=-]/;
const NOT_PCHAR = /[^A-Za-z0-9._~:@!$&'()*+,=%/-]/g;
/** Controls, slash, backslash, semicolon, and a percent sign that begins another escape: origins differ on all of these. */
const AMBIGUOUS_ESCAPE = /%(?:[01][0-9A-F]|7F|2F|5C|3B|25[0-9A-Fa-f]{2})/;

/**
 * The path as rules compare it: characters that may stand in a path are unescaped, all others are escaped in upper-case.
 * Undefined when origins may disagree on what the path means, so that a rule with `paths` treats it as unknown: dot segments
 * (also escaped), empty segments, `\`, `;`, escaped slashes, controls, double escapes, bytes that are not UTF-8.
 *
 * Unescaping goes beyond the unreserved characters of RFC 3986 §6.2.2.2: origins route on decoded paths, and `%3A` for `:`
 * must not carry a request past a deny rule.
 *
 * @param raw path of an origin-form target, without query; starts with a slash
 */
export function canonicalPath(raw: string): string | undefined {
  if (PLAIN.test(raw)) return raw;
  if (!raw.startsWith('/') || /[\\;]/.test(raw)) return undefined;
  const path = unescapePchars(raw.replaceAll(NOT_PCHAR, escapeCharacter));
  if (path === undefined || AMBIGUOUS_ESCAPE.test(path) || !isUtf8(path)) return undefined;
  const segments = path.split('/');
  const isPlain = segments.every((segment, i) => {
    if (segment === '.' || segment === '..') return false;
    return segment !== '' || i === 0 || i === segments.length - 1;
  });
  return isPlain ? path : undefined;
}

/** Unescapes what needs no escape and writes the other escapes in upper-case; undefined when an escape is cut. */
function unescapePchars(path: string): string | undefined {
  let isWellFormed = true;
  const canonical = path.replaceAll(ESCAPE, (escape, digits: string | undefined) => {
    if (digits === undefined) {
      isWellFormed = false;
      return escape;
    }
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return PCHAR.test(character) ? character : escape.toUpperCase();
  });
  return isWellFormed ? canonical : undefined;
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Overlong UTF-8 (`%C0%AE` for a dot) is one more way to hide a dot segment. */
function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
