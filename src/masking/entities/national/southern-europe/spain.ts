import { digitAt, isOneOf, numberAt } from '../../../checksums/character.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Spain. */
export const SPAIN: readonly Entity[] = [
  {
    id: 'es-dni',
    groups: ['national-id'],
    title: 'Spanish identity number (DNI, NIF)',
    shapes: [
      { form: '########@', tier: 'B', check: isDni },
      { form: '########-@', tier: 'B', check: isDni },
      { form: '######## @', tier: 'B', check: isDni },
      { form: '##.###.###-@', tier: 'B', check: isDni },
      { form: '##.###.###@', tier: 'B', check: isDni },
    ],
    context: ['dni', 'nif', 'documento nacional de identidad', 'identidad', 'identificacion fiscal', 'national id', 'tax id'],
    source: 'Real Decreto 1553/2005 art. 11; Real Decreto 1065/2007 art. 19',
    specimens: ['DNI «54362315K»', 'NIF: «54362315-K»', 'D.N.I. o NIF «54.362.315-k»'],
    counterExamples: ['54362315K', 'DNI 54362315Z', 'NIF 54.362.315-Z', 'DNI 154362315K'],
  },
  {
    id: 'es-nie',
    groups: ['national-id'],
    title: 'Spanish identity number of foreigners (NIE)',
    shapes: [
      { form: '@#######@', tier: 'B', check: isNie },
      { form: '@-#######-@', tier: 'B', check: isNie },
      { form: '@-#######@', tier: 'B', check: isNie },
      { form: '@#######-@', tier: 'B', check: isNie },
      { form: '@ ####### @', tier: 'B', check: isNie },
    ],
    context: ['nie', 'nif', 'identidad de extranjero', 'extranjero', 'extranjeria', 'foreigner identity', 'tax id'],
    source: 'Real Decreto 557/2011 art. 206; Orden INT/2058/2008',
    specimens: ['NIE «X2482300W»', 'nie: «x-2482300-w»', 'NIE «X2482300-W»'],
    counterExamples: ['X2482300W', 'NIE X2482300A', 'NIE A2482300W', 'NIE X24823001W'],
  },
  {
    id: 'es-nss',
    groups: ['national-id', 'health'],
    title: 'Spanish social security number',
    shapes: [
      { form: '##/########/##', tier: 'A', check: isSocialSecurity },
      { form: '## ######## ##', tier: 'A', check: isSocialSecurity },
      { form: '##-########-##', tier: 'A', check: isSocialSecurity },
      { form: '##/##########', tier: 'A', check: isSocialSecurity },
      { form: '############', tier: 'B', check: isSocialSecurity },
    ],
    context: ['nss', 'naf', 'seguridad social', 'afiliacion', 'numero de afiliacion', 'social security'],
    source: 'Real Decreto 84/1996 art. 21; Tesorería General de la Seguridad Social',
    specimens: ['afiliada con «28/12345678/40»', 'NSS: «281234567840»', 'Seguridad Social «28 12345678 40»'],
    counterExamples: ['281234567840', '28/12345678/41', '77/12345678/40', 'NSS 2812345678401'],
  },
];

const CHECK_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

function isDni(text: Uint8Array): boolean {
  const number = numberAt(text, 0, 8);
  return number > 0 && isOneOf(text, 8, CHECK_LETTERS.charAt(number % 23));
}

/** X, Y and Z stand for a leading 0, 1 and 2. */
function isNie(text: Uint8Array): boolean {
  if (!isOneOf(text, 0, 'XYZ')) return false;
  const leading = isOneOf(text, 0, 'X') ? 0 : isOneOf(text, 0, 'Y') ? 1 : 2;
  return isOneOf(text, 8, CHECK_LETTERS.charAt((leading * 10_000_000 + numberAt(text, 1, 8)) % 23));
}

/** Of a number below ten million the leading zero does not count, says the authority; software that counts it is about. */
function isSocialSecurity(text: Uint8Array): boolean {
  const province = numberAt(text, 0, 2);
  const number = numberAt(text, 2, 10);
  const check = numberAt(text, 10, 12);
  if (province < 1 || (province > 53 && province !== 66) || number < 1) return false;
  if ((province * 100_000_000 + number) % 97 === check) return true;
  return digitAt(text, 2) === 0 && (province * 10_000_000 + number) % 97 === check;
}
