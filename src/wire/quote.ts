/** Long enough for a name or a number to be recognised, short enough that no message grows with its input. */
const MAX_QUOTED = 80;

/**
 * What can make text look like another: controls, format characters (bidi overrides, zero-width, tags), what no font shows
 * (fillers, variation selectors, code points that nobody assigned, the blanks of Braille and of music), every space but the
 * ordinary one, and marks on marks on marks, which are drawn over the lines round them.
 */
const DECEPTIVE = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]|(?<=\p{M}{3})\p{M}/gu;

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

/** Text with everything invisible in it written as `\u` escapes. JSON text stands for the same value as before. */
export function escapeDeceptive(text: string): string {
  return text.replace(DECEPTIVE, (character) => {
    let escaped = '';
    for (let i = 0; i < character.length; i++) escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
    return escaped;
  });
}
