import { isLuhn, weighted } from './check-digits.ts';
import { known } from './oracle.ts';
import type { Variant } from './template.ts';

function isItin(text: string): boolean {
  const group = Number(text.slice(3, 5));
  return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group <= 92) || group >= 94;
}

/** The letter of a Singaporean number by the sum of its digits. */
function isNric(text: string): boolean {
  return 'JZIHGFEDCBA'[weighted(text.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) % 11] === text[8];
}

function isMyNumber(text: string): boolean {
  const rest = weighted(text.slice(0, 11), [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return Number(text[11]) === (rest <= 1 ? 0 : 11 - rest);
}

/** The check character of an RFC; stdnum asks for it only where it is told to. The blank stands before codes of companies. */
function isRfc(text: string): boolean {
  const alphabet = '0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ ';
  const sum = Array.from(text.padStart(13).slice(0, 12)).reduce(
    (total, character, i) => total + alphabet.indexOf(character) * (13 - i),
    0,
  );
  const check = 11 - (sum % 11);
  return (
    text.at(-1) === (check === 11 ? '0' : check === 10 ? 'A' : String(check)) &&
    !/0..$|0.$/.test(text) &&
    known('MX', 'rfc')(text)
  );
}

/** The Americas, Asia, Oceania, Africa and the Middle East. */
export const WORLD: Readonly<Record<string, readonly Variant[]>> = {
  // stdnum writes a check digit of ten as 9; the authority changes the first two digits instead.
  'ar-cuit': [
    {
      template: '20#########',
      isValid: (text) => known('AR', 'cuit')(text) && weighted(text.slice(0, 10), [5, 4, 3, 2, 7, 6]) % 11 !== 1,
    },
  ],
  'br-cpf': [{ template: '###########', isValid: known('BR', 'cpf') }],
  'br-cnpj': [{ template: '########0001##', isValid: known('BR', 'cnpj') }],
  'ca-sin': [{ template: '1########', isValid: known('CA', 'sin') }],
  'cl-rut': [
    { template: '1#######*', isValid: known('CL', 'rut') },
    { template: '9######*', isValid: known('CL', 'rut') },
  ],
  'mx-curp': [{ template: 'B@X@yymmddHDF@@@##', isValid: known('MX', 'curp') }],
  'mx-rfc': [
    { template: 'G@D@yymmdd***', isValid: isRfc },
    { template: 'G@Dyymmdd***', isValid: isRfc },
  ],
  'us-ssn': [{ template: '#########', isValid: known('US', 'ssn') }],
  'us-itin': [{ template: '9########', isValid: isItin }],
  'us-ein': [{ template: '#########', isValid: known('US', 'ein') }],
  'us-npi': [{ template: '1#########', isValid: (text) => isLuhn(`80840${text}`) }],
  'us-mbi': [{ template: '1EG4TE5MK##' }, { template: '9RT7YX2AC##' }],
  'us-dea': [
    { template: 'AB#######', isValid: (text) => weighted(text.slice(2, 8), [1, 2]) % 10 === Number(text[8]) },
    { template: 'B9#######', isValid: (text) => weighted(text.slice(2, 8), [1, 2]) % 10 === Number(text[8]) },
  ],
  'au-tfn': [
    { template: '#########', isValid: known('AU', 'tfn') },
    { template: '########', isValid: known('AU', 'tfn') },
  ],
  'au-medicare': ['', '1'].map((line) => ({
    template: `2########1${line}`,
    isValid: (text) => weighted(text.slice(0, 8), [1, 3, 7, 9]) % 10 === Number(text[8]),
  })),
  'au-abn': [{ template: '###########', isValid: known('AU', 'abn') }],
  'au-acn': [{ template: '#########', isValid: known('AU', 'acn') }],
  'cn-resident-id': [{ template: '110101yyyymmdd###*', isValid: known('CN', 'ric') }],
  'hk-hkid': [
    { template: 'A######*', isValid: known('HK', 'hkid') },
    { template: 'AB######*', isValid: known('HK', 'hkid') },
  ],
  'in-aadhaar': [{ template: '############', isValid: known('IN', 'aadhaar') }],
  'in-pan': [{ template: '@@@P@####@', isValid: known('IN', 'pan') }],
  'in-gstin': [{ template: '27@@@P@####@1Z*', isValid: known('IN', 'gstin') }],
  'jp-my-number': [{ template: '############', isValid: isMyNumber }],
  'sg-nric': [{ template: 'S#######@', isValid: isNric }],
  'kr-rrn': [{ template: 'yymmdd1######', isValid: known('KR', 'rrn') }],
  'tw-national-id': [{ template: 'A1########', isValid: known('TW', 'natid') }],
  'th-citizen-id': [{ template: '1############', isValid: known('TH', 'idnr') }],
  'il-teudat-zehut': [{ template: '#########', isValid: known('IL', 'idnr') }],
  'za-id': [{ template: 'yymmdd#######', isValid: known('ZA', 'idnr') }],
  'tr-kimlik-no': [{ template: '###########', isValid: known('TR', 'tckimlik') }],
};
