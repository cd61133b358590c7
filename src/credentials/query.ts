/**
 * The values of a parameter of the query, decoded, in order. `+` is a space, as senders of forms mean it; where an escape is
 * none the text stands for itself.
 *
 * @param target in origin-form
 */
export function queryValues(target: string, name: string): readonly string[] {
  const query = queryOf(target);
  if (query === undefined) return [];
  return query.split('&').flatMap((pair) => {
    const [key, value] = cut(pair);
    return decoded(key) === name ? [decoded(value)] : [];
  });
}

/** The target with exactly one value of this parameter, at the end of the query; every other one is left as it was written. */
export function withQueryValue(target: string, name: string, value: string): string {
  const query = queryOf(target);
  const path = query === undefined ? target.replace(/\?$/, '') : target.slice(0, target.length - query.length - 1);
  const kept = (query ?? '').split('&').filter((pair) => pair !== '' && decoded(cut(pair)[0]) !== name);
  return `${path}?${[...kept, `${encodeURIComponent(name)}=${encodeURIComponent(value)}`].join('&')}`;
}

function queryOf(target: string): string | undefined {
  const at = target.indexOf('?');
  return at < 0 ? undefined : target.slice(at + 1);
}

function cut(pair: string): readonly [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
