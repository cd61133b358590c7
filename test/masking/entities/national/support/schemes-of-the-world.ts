import { notBornYet, numberIn, type OracleScheme } from './oracle-scheme.ts';

/** The Americas. */
export const AMERICAS: readonly OracleScheme[] = [
  {
    id: 'us-ssn',
    form: '###-##-####',
    oracle: ['US', 'ssn'],
    differences: [
      { reason: 'serial number 0000', accepts: 'stdnum', covers: (value) => value.endsWith('0000') },
      {
        reason: 'numbers that advertisements made known are numbers still',
        accepts: 'ours',
        example: '078051120',
        covers: (value) => value === '078051120',
      },
    ],
  },
  { id: 'us-ein', form: '##-#######', oracle: ['US', 'ein'] },
  {
    id: 'ca-sin',
    form: '#########',
    oracle: ['CA', 'sin'],
    differences: [
      {
        reason: 'no number begins with 0 or 8',
        accepts: 'stdnum',
        example: '886841808',
        covers: (value) => /^[08]/.test(value),
      },
    ],
  },
  { id: 'br-cpf', form: '###########', oracle: ['BR', 'cpf'] },
  { id: 'br-cnpj', form: '&&.&&&.&&&/&&&&-##', oracle: ['BR', 'cnpj'] },
  {
    id: 'mx-curp',
    form: '@@@@######@@@@@@*#',
    oracle: ['MX', 'curp'],
    template: '@@@@yymmddHDF@@@*#',
    differences: [
      {
        reason: 'stdnum refuses rude words',
        accepts: 'ours',
        example: 'MEAS030406HDFSIOQ1',
        covers: (value) => /^.[AEIOU]/.test(value),
      },
    ],
  },
  ...['@@@@', '@@@'].map((name): OracleScheme => ({
    id: 'mx-rfc',
    form: `${name.replaceAll('@', '^')}######&&&`,
    oracle: ['MX', 'rfc'],
    template: `${name}yymmdd***`,
    differences: [
      {
        reason: 'stdnum refuses rude words',
        accepts: 'ours',
        covers: (value) => value.length === 13 && /^.[AEIOU]/.test(value),
      },
      {
        reason: 'stdnum also takes a table without & and blank, on which letters after N and companies differ',
        accepts: 'stdnum',
        covers: (value) => value.length === 12 || /[O-Z]/.test(value.slice(0, -1)),
      },
      {
        reason: 'stdnum wants 1 to V as the first of the two characters that tell namesakes apart',
        accepts: 'ours',
        covers: (value) => /[W-Z]..$/.test(value),
      },
    ],
  })),
  {
    id: 'cl-rut',
    form: '########*',
    oracle: ['CL', 'rut'],
  },
  {
    id: 'ar-cuit',
    form: '##-########-#',
    oracle: ['AR', 'cuit'],
    template: '20-########-#',
    differences: [
      {
        reason: 'kinds 25 and 26 of the authority are not in stdnum',
        accepts: 'ours',
        example: '25406323725',
        covers: (value) => /^2[56]/.test(value),
      },
      {
        reason: 'where ten is due the kind is changed, so that it does not occur; stdnum writes 9',
        accepts: 'stdnum',
        example: '23657375909',
        covers: (value) => value.endsWith('9'),
      },
    ],
  },
];

/** Asia, Africa and Australia. */
export const REST_OF_THE_WORLD: readonly OracleScheme[] = [
  { id: 'au-tfn', form: '#########', oracle: ['AU', 'tfn'] },
  {
    id: 'au-tfn',
    form: '########',
    oracle: ['AU', 'tfn'],
    differences: [
      { reason: 'zeros fill forms', accepts: 'stdnum', example: '00000000', covers: (value) => value === '00000000' },
      {
        reason: 'either set of weights that validators use for eight digits',
        accepts: 'ours',
        example: '38334055',
        covers: () => true,
      },
    ],
  },
  { id: 'au-abn', form: '###########', oracle: ['AU', 'abn'] },
  { id: 'au-acn', form: '#########', oracle: ['AU', 'acn'] },
  { id: 'in-aadhaar', form: '############', oracle: ['IN', 'aadhaar'] },
  { id: 'in-pan', form: '@@@@@####@', oracle: ['IN', 'pan'] },
  {
    id: 'in-gstin',
    form: '##@@@@@####@*Z*',
    oracle: ['IN', 'gstin'],
    template: '27@@@P@####@*Z*',
    differences: [
      {
        reason: 'Ladakh, other territory and centre jurisdiction',
        accepts: 'ours',
        example: '38MULKS8678MGZS',
        covers: (value) => /^(?:38|97|99)/.test(value),
      },
    ],
  },
  {
    id: 'kr-rrn',
    form: '######-#######',
    oracle: ['KR', 'rrn'],
    template: 'yymmdd-#######',
    differences: [notBornYet((value) => (/^.{6}[3478]/.test(value) ? 2000 + numberIn(value, 0, 2) : 0))],
  },
  {
    id: 'cn-resident-id',
    form: '#################*',
    oracle: ['CN', 'ric'],
    template: '110101yyyymmdd####',
    differences: [
      {
        reason: 'the first two digits are a province',
        accepts: 'stdnum',
        example: '843131198306078456',
        covers: (value) => !/^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])/.test(value),
      },
      {
        reason: 'years are of 1850 to 2100',
        accepts: 'stdnum',
        example: '769757018810250930',
        covers: (value) => numberIn(value, 6, 10) < 1850,
      },
    ],
  },
  { id: 'th-citizen-id', form: '#############', oracle: ['TH', 'idnr'] },
  {
    id: 'hk-hkid',
    form: '@######*',
    oracle: ['HK', 'hkid'],
    differences: [
      { reason: 'stdnum rejects the letter O', accepts: 'ours', example: 'O5474397', covers: (value) => value.includes('O') },
    ],
  },
  {
    id: 'hk-hkid',
    form: '@@######*',
    oracle: ['HK', 'hkid'],
    differences: [
      { reason: 'stdnum rejects the letter O', accepts: 'ours', example: 'OY0611499', covers: (value) => value.includes('O') },
    ],
  },
  { id: 'tw-national-id', form: '@#########', oracle: ['TW', 'natid'] },
  {
    id: 'za-id',
    form: '#############',
    oracle: ['ZA', 'idnr'],
    template: 'yymmdd#######',
    differences: [
      {
        reason: 'refugees have 2 as their citizenship',
        accepts: 'ours',
        example: '8606017733276',
        covers: (value) => value[10] === '2',
      },
    ],
  },
  { id: 'tr-kimlik-no', form: '###########', oracle: ['TR', 'tckimlik'] },
  { id: 'il-teudat-zehut', form: '#########', oracle: ['IL', 'idnr'] },
];
