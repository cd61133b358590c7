import { notBornYet, numberIn, type OracleScheme } from './oracle-scheme.ts';

/** Western Europe. */
export const EUROPE_WEST: readonly OracleScheme[] = [
  {
    id: 'at-svnr',
    form: '#### ######',
    oracle: ['AT', 'vnr'],
    template: '#### ddmmyy',
    differences: [
      {
        reason: 'serial numbers begin at 100',
        accepts: 'stdnum',
        example: '0911020977',
        covers: (value) => value.startsWith('0'),
      },
    ],
  },
  {
    id: 'at-steuernummer',
    form: '#########',
    oracle: ['AT', 'tin'],
    differences: [
      {
        reason: 'offices were merged in 2021, so that a list of them is not one of the numbers in use',
        accepts: 'ours',
        example: '213431463',
        covers: () => true,
      },
    ],
  },
  { id: 'at-uid', form: 'ATU########', oracle: ['AT', 'uid'] },
  {
    id: 'be-rijksregister',
    form: '##.##.##-###.##',
    oracle: ['BE', 'insz'],
    template: 'yy.mm.dd-###.##',
    differences: [
      {
        reason: 'the check number is 01 to 97',
        accepts: 'stdnum',
        example: '85091533100',
        covers: (value) => /(?:00|98|99)$/.test(value),
      },
      {
        reason: 'a day is one although the month is not known',
        accepts: 'stdnum',
        example: '12007001311',
        covers: (value) => numberIn(value, 2, 4) % 20 === 0 && numberIn(value, 4, 6) > 31,
      },
      { reason: 'serial numbers begin at 001', accepts: 'stdnum', covers: (value) => value.slice(6, 9) === '000' },
      notBornYet((value) => 2000 + numberIn(value, 0, 2)),
      {
        reason: 'a day or month that is not known',
        accepts: 'ours',
        covers: (value) => numberIn(value, 2, 4) % 20 === 0 || value.slice(4, 6) === '00',
      },
    ],
  },
  {
    id: 'fr-nir',
    form: '###############',
    oracle: ['FR', 'nir'],
    template: '#yymm##########',
    differences: [
      {
        reason: 'the first digit tells the sex: 0, 5, 6 and 9 none',
        accepts: 'stdnum',
        example: '536037371159735',
        covers: (value) => /^[0569]/.test(value),
      },
      {
        reason: 'months 00, 13 to 19 and 43 to 49 are none',
        accepts: 'stdnum',
        covers: (value) => /^.{3}(?:00|1[3-9]|4[3-9])/.test(value),
      },
    ],
  },
  {
    id: 'fr-nir',
    form: '#####2@########',
    oracle: ['FR', 'nir'],
    template: '#yymm2A########',
    differences: [
      {
        reason: 'the first digit tells the sex: 0, 5, 6 and 9 none',
        accepts: 'stdnum',
        example: '565082A79717927',
        covers: (value) => /^[0569]/.test(value),
      },
      {
        reason: 'months 00, 13 to 19 and 43 to 49 are none',
        accepts: 'stdnum',
        covers: (value) => /^.{3}(?:00|1[3-9]|4[3-9])/.test(value),
      },
    ],
  },
  { id: 'fr-nif', form: '#############', oracle: ['FR', 'nif'], template: '0############' },
  { id: 'fr-siren', form: '#########', oracle: ['FR', 'siren'] },
  {
    id: 'fr-siret',
    form: '##############',
    oracle: ['FR', 'siret'],
    template: '552008443#####',
    differences: [
      {
        reason: 'the first nine are a SIREN and have a check digit of their own',
        accepts: 'stdnum',
        example: '93921343146390',
        covers: (value) => !value.startsWith('552008443'),
      },
    ],
  },
  {
    id: 'de-steuer-id',
    form: '###########',
    oracle: ['DE', 'idnr'],
    differences: [
      {
        reason: 'no digit occurs more than thrice, none thrice in a row, and one alone repeatedly',
        accepts: 'stdnum',
        example: '96907295199',
        covers: (value) => !hasOneRepeatedDigit(value.slice(0, 10)),
      },
    ],
  },
  { id: 'de-rvnr', form: '########@###', oracle: ['DE', 'svnr'], template: '##ddmmyy@###' },
  {
    id: 'de-ust-id',
    form: 'DE#########',
    oracle: ['DE', 'vat'],
    differences: [
      {
        reason: 'the first digit is not 0',
        accepts: 'stdnum',
        example: 'DE040684576',
        covers: (value) => value.startsWith('DE0'),
      },
    ],
  },
  {
    id: 'de-reisepass',
    form: '^&&&&&&&&#',
    oracle: ['DE', 'passport'],
    template: 'C#########',
    differences: [
      {
        reason: 'stdnum looks for a number anywhere in the text',
        accepts: 'stdnum',
        example: 'C11674320H',
        covers: (value) => !/^[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{8}[0-9]$/.test(value),
      },
      {
        reason: 'a number holds a digit, otherwise it is a word',
        accepts: 'stdnum',
        covers: (value) => !/[0-9]/.test(value.slice(0, 9)),
      },
    ],
  },
  { id: 'ie-pps', form: '#######@', oracle: ['IE', 'pps'] },
  {
    id: 'ie-pps',
    form: '#######@@',
    oracle: ['IE', 'pps'],
    differences: [
      {
        reason: 'the second letter runs from A to I',
        accepts: 'ours',
        example: '8854038JE',
        covers: (value) => /[B-GI]$/.test(value),
      },
    ],
  },
  { id: 'nl-bsn', form: '#########', oracle: ['NL', 'bsn'] },
  {
    id: 'nl-bsn',
    form: '########',
    oracle: ['NL', 'bsn'],
    differences: [
      { reason: 'zeros fill forms', accepts: 'stdnum', example: '00000000', covers: (value) => value === '00000000' },
    ],
  },
  {
    id: 'nl-btw-id',
    form: 'NL#########B##',
    oracle: ['NL', 'btw'],
    differences: [
      {
        reason: 'zeros fill forms',
        accepts: 'stdnum',
        example: 'NL000000000B40',
        covers: (value) => value.startsWith('NL000000000'),
      },
      {
        reason: 'the number after B begins at 01',
        accepts: 'stdnum',
        example: 'NL467379527B00',
        covers: (value) => value.endsWith('B00'),
      },
    ],
  },
  { id: 'ch-ahv', form: '756.####.####.##', oracle: ['CH', 'ssn'] },
  { id: 'ch-uid', form: 'CHE-###.###.###', oracle: ['CH', 'uid'] },
  { id: 'uk-nino', form: '@@######@', oracle: ['GB', 'nino'] },
  { id: 'uk-utr', form: '##########', oracle: ['GB', 'utr'] },
];

function hasOneRepeatedDigit(digits: string): boolean {
  const counts = Array.from('0123456789', (digit) => digits.split(digit).length - 1);
  return counts.filter((count) => count > 1).length === 1 && Math.max(...counts) <= 3 && !/(.)\1\1/.test(digits);
}

/** Northern Europe. */
export const EUROPE_NORTH: readonly OracleScheme[] = [
  {
    id: 'dk-cpr',
    form: '######-####',
    oracle: ['DK', 'cpr'],
    template: 'ddmmyy-####',
    differences: [
      notBornYet((value) => 2000 + numberIn(value, 4, 6)),
      {
        reason: 'stdnum takes the century from the seventh digit: no 29 February 1900',
        accepts: 'ours',
        covers: (value) => value.startsWith('290200'),
      },
    ],
  },
  {
    id: 'ee-isikukood',
    form: '###########',
    oracle: ['EE', 'ik'],
    template: '#yymmdd####',
    differences: [
      {
        reason: 'stdnum does not look at the date',
        accepts: 'stdnum',
        example: '09308118470',
        covers: (value) => !isBalticDate(value),
      },
    ],
  },
  {
    id: 'lt-asmens-kodas',
    form: '###########',
    oracle: ['LT', 'asmens'],
    template: '#yymmdd####',
    differences: [
      {
        reason: 'codes without a date are too rare to take any ten digits for one',
        accepts: 'stdnum',
        example: '90312061757',
        covers: (value) => value.startsWith('9'),
      },
      notBornYet((value) => (/^[56]/.test(value) ? 2000 + numberIn(value, 1, 3) : 0)),
    ],
  },
  {
    id: 'lv-personas-kods',
    form: '######-#####',
    oracle: ['LV', 'pvn'],
    template: 'ddmmyy-#####',
    differences: [
      notBornYet((value) => 1800 + numberIn(value, 6, 7) * 100 + numberIn(value, 4, 6)),
      { reason: 'stdnum takes numbers of companies too', accepts: 'stdnum', covers: (value) => /^[4-9]/.test(value) },
    ],
  },
  { id: 'fi-hetu', form: '######-###*', oracle: ['FI', 'hetu'], template: 'ddmmyy-###*' },
  { id: 'fi-hetu', form: '######+###*', oracle: ['FI', 'hetu'], template: 'ddmmyy+###*' },
  {
    id: 'fi-hetu',
    form: '######@###*',
    oracle: ['FI', 'hetu'],
    template: 'ddmmyyA###*',
    differences: [notBornYet((value) => (/^.{6}[A-F]/.test(value) ? 2000 + numberIn(value, 4, 6) : 0))],
  },
  {
    id: 'is-kennitala',
    form: '######-####',
    oracle: ['IS', 'kennitala'],
    template: 'ddmmyy-####',
    differences: [
      {
        reason: 'the last digit is 8, 9 or 0',
        accepts: 'stdnum',
        example: '1104643202',
        covers: (value) => /[1-7]$/.test(value),
      },
      {
        reason: 'numbers of companies are public',
        accepts: 'stdnum',
        example: '4504013150',
        covers: (value) => /^[4-7]/.test(value),
      },
    ],
  },
  {
    id: 'no-fodselsnummer',
    form: '###### #####',
    oracle: ['NO', 'fodselsnummer'],
    template: 'ddmmyy #####',
    differences: [
      notBornYet((value) => (numberIn(value, 6, 9) >= 500 && numberIn(value, 4, 6) < 40 ? 2000 + numberIn(value, 4, 6) : 0)),
    ],
  },
  {
    id: 'se-personnummer',
    form: '######-####',
    oracle: ['SE', 'personnummer'],
    template: 'yymmdd-####',
    differences: [
      {
        reason: 'stdnum reads the clock: a date later this year may be one of the last century',
        accepts: 'ours',
        covers: (value) => numberIn(value, 0, 2) > 24,
      },
    ],
  },
  { id: 'se-personnummer', form: '######+####', oracle: ['SE', 'personnummer'], template: 'yymmdd+####' },
  {
    id: 'se-personnummer',
    form: '########-####',
    oracle: ['SE', 'personnummer'],
    template: 'yyyymmdd-####',
    differences: [
      {
        reason: 'nobody with a number was born before 1800',
        accepts: 'stdnum',
        example: '104309163071',
        covers: (value) => numberIn(value, 0, 4) < 1800,
      },
      notBornYet((value) => numberIn(value, 0, 4)),
    ],
  },
];

function isBalticDate(value: string): boolean {
  const month = numberIn(value, 3, 5);
  const year = 1800 + Math.floor((numberIn(value, 0, 1) - 1) / 2) * 100 + numberIn(value, 1, 3);
  const day = numberIn(value, 5, 7);
  return (
    /^[1-6]/.test(value) && month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
  );
}
