import { fail, ok, type Result } from '../../core/result.ts';
import { quote } from '../quote.ts';

/** Longest name and label in text form, without the trailing dot (RFC 1035 §2.3.4). */
const MAX_NAME = 253;
const MAX_LABEL = 63;

const FOREIGN = /[^a-z0-9._-]/;
const NON_ASCII = /[^\0-\u007f]/;
/** What the WHATWG URL standard takes for the end of an IPv4 address ("ends in a number"). */
const NUMBER = /^(?:\d+|0x[0-9a-f]*)$/;

/**
 * Reads a DNS name into its one canonical form: lower-case ASCII without the trailing dot. Letters, digits, hyphens and
 * underscores only; a name that any resolver could read as an IPv4 address is refused, as is anything that would have to
 * be converted, because two converters may differ (RFC 6943 §4.2).
 *
 * @source RFC 1123 §2.1, RFC 5890 §2.3.1, WHATWG URL §3.5
 */
export function parseHostName(text: string): Result<string, string> {
  if (text.length > MAX_NAME + 1) {
    return fail(`Found a host name of ${text.length} characters, expected at most ${MAX_NAME}`);
  }
  const lower = asciiLowerCase(text);
  const name = lower.endsWith('.') ? lower.slice(0, -1) : lower;
  if (name === '') return fail(`Found ${quote(text)}, expected a host name`);
  if (FOREIGN.test(name)) return fail(describeForeign(text));
  if (name.length > MAX_NAME) return fail(`Found a host name of ${name.length} characters, expected at most ${MAX_NAME}`);
  const labels = name.split('.');
  const problem = labels.map(labelProblem).find((found) => found !== undefined);
  if (problem !== undefined) return fail(`Found ${quote(text)}, in which ${problem}`);
  if (endsInNumber(name)) {
    return fail(`Found ${quote(text)}, which ends in a number and could be read as an IPv4 address; expected a host name`);
  }
  if (name.includes('xn--') && !isRoundTripping(name)) {
    return fail(`Found ${quote(text)}, in which an xn-- label does not decode to the name it stands for (RFC 5891 §5.4)`);
  }
  return ok(name);
}

/** Whether the last label is a number to some parser of addresses, so that the whole is an address or nothing. */
export function endsInNumber(name: string): boolean {
  return NUMBER.test(name.slice(name.lastIndexOf('.') + 1));
}

// Not toLowerCase() alone: it folds U+212A (Kelvin) to "k" and U+0130 to "i" with a dot, and a homoglyph must stay foreign.
function asciiLowerCase(text: string): string {
  return NON_ASCII.test(text) ? text : text.toLowerCase();
}

function describeForeign(text: string): string {
  if (!NON_ASCII.test(text)) {
    return `Found ${quote(text)}, expected a host name of letters, digits, hyphens, underscores and dots`;
  }
  const ascii = toAscii(text);
  const hint = ascii === undefined ? 'a host name in ASCII' : `its A-label form ${quote(ascii)} if that is what is meant`;
  return `Found ${quote(text)}, which is not ASCII; expected ${hint}`;
}

function labelProblem(label: string): string | undefined {
  if (label === '') return 'a label is empty';
  if (label.length > MAX_LABEL) return `a label has ${label.length} characters, more than ${MAX_LABEL}`;
  if (label.startsWith('-') || label.endsWith('-')) return `the label ${quote(label)} starts or ends with a hyphen`;
  return undefined;
}

/**
 * Whether UTS #46 processing keeps the name as it is, A-labels included. An all-ASCII name takes a short cut in URL parsers
 * that leaves `xn--` labels unchecked, hence the label "ü" behind it.
 */
function isRoundTripping(name: string): boolean {
  return toAscii(`${name}.ü`) === `${name}.xn--tda`;
}

function toAscii(name: string): string | undefined {
  // Characters that end the host of a URL would make this the A-label of something else.
  if (/[\s/\\?#@:[\]%]/.test(name)) return undefined;
  try {
    return new URL(`http://${name}/`).hostname;
  } catch {
    return undefined;
  }
}
