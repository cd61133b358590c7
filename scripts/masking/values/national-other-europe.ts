import { weighted } from './check-digits.ts';
import { swedish } from './national-western-europe.ts';
import { known, knownBehind } from './oracle.ts';
import type { Variant } from './template.ts';

/** Numbers whose weighted sum is a multiple of eleven are not issued; stdnum does not mind. */
function isSlovenianTaxNumber(text: string): boolean {
  return weighted(text.slice(0, 7), [8, 7, 6, 5, 4, 3, 2]) % 11 !== 0 && known('SI', 'ddv')(text);
}

/** The Nordic and Baltic countries, Central and Eastern Europe. */
export const OTHER_EUROPE: Readonly<Record<string, readonly Variant[]>> = {
  'dk-cpr': [{ template: 'ddmmyy####', isValid: known('DK', 'cpr') }],
  'ee-isikukood': [{ template: '3yymmdd####', isValid: known('EE', 'ik') }],
  'lt-asmens-kodas': [{ template: '4yymmdd####', isValid: known('LT', 'asmens') }],
  'lv-personas-kods': [{ template: 'ddmmyy1####', isValid: known('LV', 'pvn') }, { template: '32#########' }],
  'fi-hetu': [
    { template: 'ddmmyy-###*', isValid: known('FI', 'hetu') },
    { template: 'ddmmyy+###*', isValid: known('FI', 'hetu') },
    { template: 'ddmm01A###*', isValid: known('FI', 'hetu') },
  ],
  'is-kennitala': [{ template: 'ddmmyy###9', isValid: known('IS', 'kennitala') }],
  'no-fodselsnummer': [{ template: 'ddmmyy#####', isValid: known('NO', 'fodselsnummer') }],
  'se-personnummer': [
    { template: 'yymmdd####', isValid: swedish },
    { template: 'yyyymmdd####', isValid: swedish },
  ],
  'hr-oib': [
    { template: '###########', isValid: known('HR', 'oib') },
    { template: 'HR###########', isValid: knownBehind(2, 'HR', 'oib') },
  ],
  // stdnum writes a check digit of ten as 0; such numbers are not issued.
  'si-emso': [
    {
      template: 'ddmm9##50####',
      isValid: (text) => known('SI', 'emso')(text) && weighted(text.slice(0, 12), [7, 6, 5, 4, 3, 2]) % 11 !== 1,
    },
  ],
  'si-davcna': [
    { template: '5#######', isValid: isSlovenianTaxNumber },
    { template: 'SI5#######', isValid: (text) => isSlovenianTaxNumber(text.slice(2)) },
  ],
  'bg-egn': [{ template: 'yymmdd####', isValid: known('BG', 'egn') }],
  'bg-lnch': [{ template: '##########', isValid: known('BG', 'pnf') }],
  'cz-rodne-cislo': [
    { template: 'yymmdd####', isValid: known('CZ', 'rc') },
    { template: '40mmdd###', isValid: known('CZ', 'rc') },
  ],
  'sk-rodne-cislo': [
    { template: 'yymmdd####', isValid: known('SK', 'rc') },
    { template: '40mmdd###', isValid: known('SK', 'rc') },
  ],
  'hu-adoazonosito': [
    {
      template: '8#########',
      isValid: (text) => weighted(text.slice(0, 9), [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 === Number(text[9]),
    },
  ],
  'hu-szemelyi-szam': [
    // Those born before 1997: weights ascend.
    {
      template: '1yymmdd####',
      isValid: (text) =>
        text.slice(1, 3) < '97' && weighted(text.slice(0, 10), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) % 11 === Number(text[10]),
    },
  ],
  'hu-taj': [{ template: '#########', isValid: (text) => weighted(text.slice(0, 8), [3, 7]) % 10 === Number(text[8]) }],
  'pl-pesel': [{ template: 'yymmdd#####', isValid: known('PL', 'pesel') }],
  'pl-nip': [
    { template: '5#########', isValid: known('PL', 'nip') },
    { template: 'PL5#########', isValid: knownBehind(2, 'PL', 'nip') },
  ],
  'pl-regon': [
    { template: '#########', isValid: known('PL', 'regon') },
    { template: '##############', isValid: known('PL', 'regon') },
  ],
  'ro-cnp': [{ template: '1yymmdd######', isValid: known('RO', 'cnp') }],
};
