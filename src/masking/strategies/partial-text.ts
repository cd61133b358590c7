import { publicPrefixOf } from './public-prefix.ts';

/*
 * What is shown of a value: enough to recognise one that is known, and at most a quarter of its letters and digits, of cards
 * and bank accounts the last four as on a receipt. `@` and `.` are not well-formed everywhere a value may stand: an address is
 * `a***_at_***_org`, a network `2001_****`. Every form has `***` in it, by which it is known for a replacement.
 */

const HIDDEN = '****';

/** `entity`: id; `isSecret`: nothing but the beginning that its issuer gives to all of a kind may be shown. */
export function partialText(entity: string, value: string, isSecret: boolean): string {
  const form = FORMS.get(entity);
  if (form !== undefined) return form(value);
  if (isSecret) return prefixForm(value);
  return tailForm(value, 2);
}

const FORMS: ReadonlyMap<string, (value: string) => string> = new Map([
  ['payment-card', (value: string) => tailForm(value, 4)],
  ['iban', (value: string) => tailForm(value, 4)],
  ['phone', (value: string) => tailForm(value, 2)],
  ['email', emailForm],
  ['ip-address', networkForm],
]);

/** `****4242`. Of less than eight letters and digits nothing. */
function tailForm(value: string, shown: number): string {
  const characters = plain(value);
  return characters.length < 8 ? HIDDEN : HIDDEN + characters.slice(-shown);
}

/** `ghp_****` */
function prefixForm(secret: string): string {
  const prefix = publicPrefixOf(secret);
  return plain(prefix).length <= quarterOf(secret) ? prefix.replaceAll(/[^A-Za-z0-9]/g, '_') + HIDDEN : HIDDEN;
}

/** `a***_at_***_org`: the first letter, and the top-level domain where there is enough of the rest. */
function emailForm(address: string): string {
  const first = /^[A-Za-z0-9]/.exec(address)?.[0] ?? '';
  const domain = /\.([A-Za-z]+)$/.exec(address)?.[1] ?? '';
  const quarter = quarterOf(address);
  if (first.length > quarter) return '***_at_***';
  const isDomainShown = domain !== '' && first.length + domain.length <= quarter;
  return `${first}***_at_***${isDomainShown ? `_${domain}` : ''}`;
}

/** `2001_****`: the groups that name the network, as many as there may be. */
function networkForm(address: string): string {
  const quarter = quarterOf(address);
  let shown = '';
  let count = 0;
  for (const group of address.split(/[.:]/)) {
    count += group.length;
    if (group === '' || count > quarter || !/^[A-Za-z0-9]+$/.test(group)) break;
    shown += `${group}_`;
  }
  return shown + HIDDEN;
}

function quarterOf(value: string): number {
  return Math.floor(plain(value).length / 4);
}

function plain(value: string): string {
  return value.replaceAll(/[^A-Za-z0-9]/g, '');
}
