/** A secret that is shorter would be found everywhere. */
const SHORTEST = 8;

/**
 * The spellings in which a secret may come back: as it is, percent-encoded in either case, as a string of JSON, and in base64
 * at each of the three places it can have among other bytes, without the characters that its neighbours share.
 */
export function spellingsOf(secret: string): readonly Uint8Array[] {
  if (secret.length < SHORTEST) return [];
  const bytes = Buffer.from(secret, 'utf8');
  const percent = encodeURIComponent(secret);
  const texts = new Set([
    secret,
    percent,
    percent.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('/', '\\/'),
    ...[0, 1, 2].flatMap((offset) => base64At(bytes, offset)),
  ]);
  // Of two that begin alike the longer one goes first, else its end would be left over.
  return [...texts].sort((a, b) => b.length - a.length).map((text) => new Uint8Array(Buffer.from(text, 'utf8')));
}

/** The part of the base64 of anything with the secret `offset` bytes behind a group of three, that the secret alone decides. */
function base64At(secret: Uint8Array, offset: number): string[] {
  const whole = Buffer.concat([Buffer.alloc(offset), secret])
    .toString('base64')
    .replaceAll('=', '');
  const skipped = Math.ceil((offset * 8) / 6);
  const shared = (offset + secret.length) % 3 === 0 ? 0 : 1;
  const text = whole.slice(skipped, whole.length - shared);
  return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
}
