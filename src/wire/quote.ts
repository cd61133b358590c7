/** Long enough for a name or a number to be recognised, short enough that no message grows with its input. */
const MAX_QUOTED = 80;

/** Controls, format characters (bidi overrides, zero-width, tags) and line separators: what can make text look like another. */
const DECEPTIVE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A stranger's text as it may stand in a message: in double quotes, unprintable characters escaped, cut at 80 characters. */
export function quote(text: string): string {
  const cut = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  return escapeDeceptive(JSON.stringify(cut));
}

/**
 * A request target without what may be secret in it: user information is hidden, query and fragment are left out. For what
 * could not be parsed too.
 */
export function withoutSecrets(target: string): string {
  const [path = ''] = target.split(/[?#]/, 1);
  return path.replace(/(^|\/\/)[^/]*@/, '$1...@');
}

/** JSON text with everything invisible in it written as `\u` escapes; the value it stands for stays the same. */
export function escapeDeceptive(json: string): string {
  return json.replace(DECEPTIVE, (character) => {
    let escaped = '';
    for (let i = 0; i < character.length; i++) escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
    return escaped;
  });
}
