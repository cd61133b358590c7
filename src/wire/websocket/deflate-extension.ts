import { fail, ok, type Result } from '../../core/result.ts';
import { isToken } from '../http/fields.ts';
import { quote } from '../quote.ts';

/** How one side compresses its messages. */
export interface SideTerms {
  /** Whether a message may refer to what earlier ones held. */
  readonly keepsContext: boolean;
  /** Base-2 logarithm of the window, 8 to 15. */
  readonly windowBits: number;
}

/** What was agreed on with permessage-deflate. */
export interface DeflateTerms {
  readonly client: SideTerms;
  readonly server: SideTerms;
}

/**
 * Of the extensions that a client offers, those that the gateway can read: permessage-deflate with parameters that are known.
 *
 * @param value of Sec-WebSocket-Extensions
 * @returns the value as it goes on; undefined when nothing of it does
 * @source RFC 6455 §9.1, RFC 7692 §5.1
 */
export function readableOffers(value: string): string | undefined {
  const offers = value.split(',').map((offer) => offer.trim());
  return offers.filter((offer) => termsOf(offer, true) !== undefined).join(', ') || undefined;
}

/**
 * What an origin agreed to; undefined when to no extension.
 *
 * @param offered what went to the origin
 * @param accepted value of Sec-WebSocket-Extensions of its answer
 * @failure a sentence: more than was offered, or what nobody here can read
 * @source RFC 7692 §7.1
 */
export function agreedTerms(
  offered: string | undefined,
  accepted: string | undefined,
): Result<DeflateTerms | undefined, string> {
  if (accepted === undefined || accepted.trim() === '') return ok(undefined);
  const terms = offered === undefined ? undefined : termsOf(accepted.trim(), false);
  return terms === undefined ? fail(`Found extensions that were not offered: ${quote(accepted)}`) : ok(terms);
}

const NAME = 'permessage-deflate';
const WINDOW_BITS = /^(?:[89]|1[0-5])$/;
const MAX_WINDOW_BITS = 15;

/** The terms of one extension; undefined where it is another one, or not well-formed. */
function termsOf(extension: string, isOffer: boolean): DeflateTerms | undefined {
  const [name, ...parameters] = extension.split(';').map((part) => part.trim());
  if (name !== NAME) return undefined;
  const values = new Map<string, string>();
  for (const parameter of parameters) {
    const [key = '', value = ''] = splitAt(parameter, '=');
    if (!isToken(key) || values.has(key) || !isKnown(key, value, isOffer)) return undefined;
    values.set(key, value);
  }
  const side = (who: 'client' | 'server'): SideTerms => ({
    keepsContext: !values.has(`${who}_no_context_takeover`),
    windowBits: Number(values.get(`${who}_max_window_bits`) || MAX_WINDOW_BITS),
  });
  return { client: side('client'), server: side('server') };
}

function isKnown(key: string, value: string, isOffer: boolean): boolean {
  switch (key) {
    case 'server_no_context_takeover':
    case 'client_no_context_takeover':
      return value === '';
    case 'server_max_window_bits':
      return WINDOW_BITS.test(value);
    case 'client_max_window_bits':
      // Without a value a client only says that it knows the parameter.
      return WINDOW_BITS.test(value) || (isOffer && value === '');
    default:
      return false;
  }
}

/** Name and value, quotes taken off. */
function splitAt(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  if (at < 0) return [text];
  // A sign with nothing behind it is no parameter without a value.
  const value =
    text
      .slice(at + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1') || separator;
  return [text.slice(0, at).trim(), value];
}
