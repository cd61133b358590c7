/**
 * Whether a media type falls under a glob such as `application/json`, `text/*`, `application/*+json` or `*`; a star stands
 * for any run of characters without a slash, alone for every type. Both are lower-case essences.
 */
export function matchesMediaType(glob: string, mediaType: string): boolean {
  if (glob === '*') return true;
  const [globType = '', globSubtype = ''] = glob.split('/', 2);
  const slash = mediaType.indexOf('/');
  if (slash < 0) return false;
  return matchesPart(globType, mediaType.slice(0, slash)) && matchesPart(globSubtype, mediaType.slice(slash + 1));
}

/** Leftmost placement of each literal piece: linear in pieces times text, without backtracking. */
function matchesPart(glob: string, text: string): boolean {
  const pieces = glob.split('*');
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return text === first;
  const last = pieces.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  const end = text.length - last.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, from);
    if (found < 0 || found + piece.length > end) return false;
    from = found + piece.length;
  }
  return true;
}
