import type { Entity } from '../../entity.ts';

/** Ways to reach a person, and the day a person was born on. Found by code: `scanning/coded/email.ts` and `phone.ts`. */
export const CONTACT_ENTITIES: readonly Entity[] = [
  {
    id: 'email',
    groups: ['contact'],
    title: 'E-mail address',
    context: [],
    source: 'RFC 5321 §4.1.2, §4.5.3.1; RFC 6531 for letters beyond ASCII',
    specimens: [
      'mail «anna.muster@example.org» today',
      '{"to":"\\n«anna+tag@mail.example.co.uk»"}',
      'https://shop.example/?email=«anna%40example.org»&x=1',
      'mailto:«müller@bücher.example»',
      'Anna <«anna_m@example.travel»>,',
      '\\"«a.b-c@sub.example.org»\\"',
      '«anna@example.org».',
    ],
    counterExamples: [
      'logo@2x.png',
      'git@github.com:acme/app.git',
      '@Override',
      'npm i @scope/package@1.2.3',
      'user@localhost',
      'a @ b.co',
      'meet @ noon',
    ],
  },
  {
    id: 'phone',
    groups: ['contact'],
    title: 'Telephone number',
    context: [
      'phone',
      'phone number',
      'telephone',
      'tel',
      'call',
      'mobile',
      'cell',
      'fax',
      'whatsapp',
      'sms',
      'hotline',
      'telefon',
      'telefonnummer',
      'handy',
      'mobil',
      'rufnummer',
      'telefono',
      'movil',
      'portable',
      'telefoon',
      'telefone',
      'celular',
      'puhelin',
      'msisdn',
    ],
    source: 'ITU-T E.164; national numbers by their context alone',
    specimens: [
      'reach me at «+49 30 901820» or later',
      '{"n":"«+4930901820»"}',
      '«+1 (415) 555-2671»',
      'Tel. «030 901820»,',
      'phone: «(415) 555-2671»',
      'mobile «0170/1234567»',
      'call «0033 1 42 68 53 00»',
      '«+49 (0)30 901820»',
    ],
    counterExamples: [
      '1 + 2345678',
      '+1234',
      'order 415 555 2671',
      'a+123456789012345678',
      'in 2024-2025 call it',
      'phone model 3310',
    ],
  },
  {
    id: 'date-of-birth',
    groups: ['contact'],
    title: 'Date of birth',
    fields: [
      {
        names: [
          'dob',
          'dateofbirth',
          'birthdate',
          'birthday',
          'birthdt',
          'born',
          'geburtsdatum',
          'geburtstag',
          'datedenaissance',
          'fechadenacimiento',
          'datadinascita',
          'geboortedatum',
        ],
        value: 'date',
        min: 6,
        max: 32,
      },
    ],
    context: [],
    source: 'GDPR Art. 4(1); found by the name of its field alone, since every record holds dates',
    specimens: [
      '{"dob":"«1984-05-03»"}',
      'Date of birth: «03.05.1984»',
      'birth_date=«05/03/1984»',
      '{\\"dateOfBirth\\":\\"«1984-05-03»\\"}',
    ],
    counterExamples: ['{"date":"1984-05-03"}', '{"dob_source":"1984-05-03"}', 'dob: unknown', 'on 1984-05-03'],
  },
  {
    id: 'vin',
    groups: ['contact'],
    title: 'Vehicle identification number',
    shapes: [{ form: '&&&&&&&&&&&&&####', tier: 'B', check: isVin }],
    context: ['vin', 'vehicle identification', 'chassis', 'fahrgestellnummer', 'fin', 'vehicle'],
    source: 'ISO 3779; the check digit of 49 CFR 565.15',
    specimens: ['VIN «1M8GDM9AXKP042788»', '{"vin":"«1HGCM82633A004352»"}', 'chassis «5GZCZ43D13S812715»'],
    counterExamples: ['VIN 1M8GDM9A1KP042788', '1M8GDM9AXKP042788 without a word', 'vin IM8GDM9AXKP042788'],
  },
];

/** What letters count for; I, O and Q are in no number. */
const VIN_LETTERS: ReadonlyMap<string, number> = new Map(
  ['AJ', 'BKS', 'CLT', 'DMU', 'ENV', 'FW', 'GPX', 'HY', 'RZ'].flatMap((letters, row) =>
    Array.from(letters, (letter) => [letter, letters === 'RZ' ? 9 : row + 1] as const),
  ),
);

const VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

function isVin(text: Uint8Array): boolean {
  let sum = 0;
  let digits = 0;
  for (const [i, weight] of VIN_WEIGHTS.entries()) {
    const byte = text[i]!;
    const isDigit = byte >= 0x30 && byte <= 0x39;
    const value = isDigit ? byte - 0x30 : VIN_LETTERS.get(String.fromCharCode(byte));
    if (value === undefined) return false;
    if (isDigit) digits++;
    sum += value * weight;
  }
  const check = sum % 11;
  return digits >= 4 && text[8] === (check === 10 ? 0x58 : check + 0x30);
}
