import { notBornYet, numberIn, type OracleScheme } from './oracle-scheme.ts';

/** Southern Europe. */
export const EUROPE_SOUTH: readonly OracleScheme[] = [
  { id: 'hr-oib', form: '###########', oracle: ['HR', 'oib'] },
  { id: 'cy-tic', form: '########@', oracle: ['CY', 'vat'] },
  {
    id: 'gr-amka',
    form: '###########',
    oracle: ['GR', 'amka'],
    template: 'ddmmyy#####',
  },
  { id: 'gr-afm', form: '#########', oracle: ['GR', 'vat'] },
  {
    id: 'it-codice-fiscale',
    form: '^^^^^^&&^&&^&&&^',
    oracle: ['IT', 'codicefiscale'],
    template: '@@@@@@yy@dd@###@',
    differences: [
      {
        reason: 'stdnum takes days that the month does not have',
        accepts: 'stdnum',
        example: 'RDQHJY67R97S123W',
        covers: (value) => isItalianDayInDoubt(value),
      },
    ],
  },
  { id: 'it-partita-iva', form: '###########', oracle: ['IT', 'iva'], template: '#######015#' },
  {
    id: 'pt-nif',
    form: '#########',
    oracle: ['PT', 'nif'],
    differences: [
      {
        reason: 'of numbers with 4 there are those with 45',
        accepts: 'stdnum',
        example: '404427677',
        covers: (value) => /^4[^5]/.test(value),
      },
    ],
  },
  { id: 'pt-cartao-cidadao', form: '#########**#', oracle: ['PT', 'cc'] },
  {
    id: 'si-emso',
    form: '#############',
    oracle: ['SI', 'emso'],
    template: 'ddmm9########',
    differences: [
      {
        reason: 'serial numbers whose check digit were ten are left out',
        accepts: 'stdnum',
        example: '0810930216790',
        covers: (value) => value.endsWith('0'),
      },
      notBornYet((value) => 2000 + numberIn(value, 4, 7)),
    ],
  },
  {
    id: 'si-davcna',
    form: '########',
    oracle: ['SI', 'ddv'],
    differences: [
      {
        reason: 'numbers whose check digit were eleven are left out',
        accepts: 'stdnum',
        example: '33451371',
        covers: (value) => value.endsWith('1'),
      },
      { reason: 'the first digit is not 0', accepts: 'stdnum', example: '07004044', covers: (value) => value.startsWith('0') },
    ],
  },
  { id: 'es-dni', form: '########@', oracle: ['ES', 'dni'] },
  { id: 'es-nie', form: '@#######@', oracle: ['ES', 'nie'], template: 'X#######@' },
  {
    id: 'es-nss',
    form: '############',
    oracle: ['ES', 'nss'],
    template: '28##########',
    differences: [
      {
        reason: 'stdnum leaves out Ceuta and Melilla, and takes 60',
        accepts: 'ours',
        example: '526487254452',
        covers: (value) => /^5[12]/.test(value),
      },
      {
        reason: 'below ten million the leading zero does not count',
        accepts: 'ours',
        example: '130514725565',
        covers: (value) => /^..0/.test(value),
      },
    ],
  },
];

/** Days that some months do not have, and those that none has; women have 40 added, letters stand for digits. */
function isItalianDayInDoubt(value: string): boolean {
  const [tens, ones] = Array.from(value.slice(9, 11), (character) =>
    Math.max('0123456789'.indexOf(character), 'LMNPQRSTUV'.indexOf(character)),
  );
  const day = tens! * 10 + ones!;
  return day % 40 === 0 || day % 40 > 28 || day > 71;
}

/** Eastern Europe. */
export const EUROPE_EAST: readonly OracleScheme[] = [
  {
    id: 'bg-egn',
    form: '##########',
    oracle: ['BG', 'egn'],
    template: 'yymmdd####',
    differences: [
      {
        reason: 'stdnum does not look at the date',
        accepts: 'stdnum',
        example: '2842852712',
        covers: (value) => !/^..(?:[024][1-9]|[135][0-2])(?:0[1-9]|1[0-9]|2[0-8])/.test(value),
      },
    ],
  },
  { id: 'bg-lnch', form: '##########', oracle: ['BG', 'pnf'] },
  ...(['CZ', 'SK'] as const).map((country): OracleScheme => ({
    id: country === 'CZ' ? 'cz-rodne-cislo' : 'sk-rodne-cislo',
    form: '######/####',
    oracle: [country, 'rc'],
    template: 'yymmdd/####',
    differences: [
      notBornYet((value) => (numberIn(value, 0, 2) < 54 ? 2000 + numberIn(value, 0, 2) : 0)),
      {
        reason: 'twenty is added to the month since 2004 alone',
        accepts: 'stdnum',
        covers: (value) => /^..[2-47-9]/.test(value),
      },
      {
        reason: 'a remainder of ten was written 0 until 1985, says the ministry; stdnum: until 1984',
        accepts: 'ours',
        covers: (value) => value.startsWith('85'),
      },
    ],
  })),
  {
    id: 'cz-rodne-cislo',
    form: '######/###',
    oracle: ['CZ', 'rc'],
    template: 'yymmdd/###',
    differences: [
      {
        reason: 'nine digits of those born before 1900',
        accepts: 'stdnum',
        example: '991228213',
        covers: (value) => numberIn(value, 0, 2) >= 54,
      },
      { reason: 'serial number 000', accepts: 'stdnum', covers: (value) => value.endsWith('000') },
      {
        reason: 'twenty is added to the month since 2004 alone',
        accepts: 'stdnum',
        covers: (value) => /^..[2-47-9]/.test(value),
      },
    ],
  },
  {
    id: 'pl-pesel',
    form: '###########',
    oracle: ['PL', 'pesel'],
    template: 'yymmdd#####',
    differences: [
      notBornYet((value) => (/^..[2-7]/.test(value) ? 2000 + numberIn(value, 0, 2) + (/^..[23]/.test(value) ? 0 : 100) : 0)),
    ],
  },
  {
    id: 'pl-nip',
    form: '##########',
    oracle: ['PL', 'nip'],
    differences: [
      {
        reason: 'the first three digits are a tax office, 101 and up',
        accepts: 'stdnum',
        example: '0476647869',
        covers: (value) => value.startsWith('0'),
      },
    ],
  },
  { id: 'pl-regon', form: '#########', oracle: ['PL', 'regon'] },
  { id: 'pl-regon', form: '##############', oracle: ['PL', 'regon'] },
  {
    id: 'ro-cnp',
    form: '#############',
    oracle: ['RO', 'cnp'],
    template: '#yymmdd######',
    differences: [
      notBornYet((value) => (/^[56]/.test(value) ? 2000 + numberIn(value, 1, 3) : 0)),
      {
        reason: 'county 70 is given out whatever the county since 2024',
        accepts: 'ours',
        covers: (value) => value.slice(7, 9) === '70',
      },
    ],
  },
];
