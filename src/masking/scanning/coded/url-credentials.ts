import { CLASSES, LETTER } from '../characters/byte-classes.ts';
import { fromBytes } from '../../media/bytes/text-bytes.ts';
import { byteSet } from '../characters/byte-set.ts';
import type { Run } from '../characters/run.ts';
import type { Report } from './report.ts';

const COLON = 0x3a;
const SLASH = 0x2f;
const AT = 0x40;
/** Ends the authority of a URL. */
const AUTHORITY_ENDS = byteSet('/?#');
/** Stands where a password is to be put in. */
const PLACEHOLDER =
  /^(?:pass(?:word|wd)?|pwd|secret|token|user(?:name)?|changeme|example|your.*|[%$*].*|x+|\.+|REDACTED_.*|.*_HASH_.*)$/i;

/** User and password in a URL: `scheme://user:password@host` (RFC 3986 §3.2.1). The name of the scheme and the host stay. */
export function findUrlCredentials(run: Run, limit: number, report: Report): void {
  const { text, length } = run;
  for (let i = 1; i + 3 < length && i < limit; i++) {
    if (text[i] !== COLON || text[i + 1] !== SLASH || text[i + 2] !== SLASH || (CLASSES[text[i - 1]!]! & LETTER) === 0)
      continue;
    const from = i + 3;
    const end = authorityEnd(run, from);
    let colon = from;
    while (colon < end && text[colon] !== COLON) colon++;
    // The last one: a password may hold an at sign that should have been encoded.
    let at = end - 1;
    while (at > colon && text[at] !== AT) at--;
    if (at <= colon + 1 || isPlaceholder(text, colon + 1, at)) continue;
    report(from, at);
    i = at;
  }
}

/** Three bytes of the raw text: a percent sign and two digits. */
function isEncoded(run: Run, at: number): boolean {
  return run.offset(at + 1) - run.offset(at) === 3;
}

function authorityEnd(run: Run, from: number): number {
  const { text, length } = run;
  let i = from;
  // A percent-encoded character ends nothing.
  while (i < length && (AUTHORITY_ENDS[text[i]!] === 0 || isEncoded(run, i))) i++;
  return i;
}

function isPlaceholder(text: Uint8Array, from: number, to: number): boolean {
  return PLACEHOLDER.test(fromBytes(text.subarray(from, Math.min(to, from + 64))));
}
