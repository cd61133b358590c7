import { isYymmdd } from '../../../checksums/calendar-date.ts';
import { base36At, digitAt, isOneOf } from '../../../checksums/character.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Mexico. */
export const MEXICO: readonly Entity[] = [
  {
    id: 'mx-curp',
    groups: ['national-id', 'health'],
    title: 'Mexican population register code',
    shapes: [{ form: '@@@@######@@@@@@*#', tier: 'A', check: isCurp }],
    context: ['curp', 'clave unica de registro de poblacion', 'registro de poblacion'],
    source: 'RENAPO, Instructivo normativo para la asignación de la CURP (DOF 18 October 2021)',
    specimens: ['CURP «BOXW310820HNERXN09»', 'ciudadana «boxw310820hnerxn09»', '"curp": "«BOXW310820HNERXN09»"'],
    counterExamples: ['BOXW310820HNERXN08', 'BOXW311320HNERXN09', 'BOXW310820HXXRXN09', 'XBOXW310820HNERXN09'],
  },
  {
    id: 'mx-rfc',
    groups: ['national-id'],
    title: 'Mexican taxpayer register code',
    shapes: [
      { form: '^^^^######&&&', tier: 'A', check: isRfc },
      { form: '^^^######&&&', tier: 'A', check: isRfc },
      { form: '@@@@-######-***', tier: 'A', check: isRfc },
      { form: '@@@-######-***', tier: 'A', check: isRfc },
      { form: '@@@@ ###### ***', tier: 'A', check: isRfc },
      { form: '@@@ ###### ***', tier: 'A', check: isRfc },
    ],
    context: ['rfc', 'registro federal de contribuyentes', 'tax id'],
    source: 'Código Fiscal de la Federación art. 27; SAT, dígito verificador del RFC',
    specimens: ['RFC «GODE561231GR8»', 'factura a «MAB-930714-8T4»', 'rfc: «GODE 561231 GR8»'],
    counterExamples: ['GODE561231GR9', 'GODE561331GR8', 'MAB-930714-8T5', 'XGODE561231GR8'],
  },
];

/** The entidades federativas, and NE for those born abroad; two letters each. */
const STATES = 'ASBCBSCCCSCHCLCMDFDGGRGTHGJCMCMNMSNENLNTOCPLQRQTSLSPSRTCTLTSVZYNZS';
/** The letter Ñ comes after N, so that letters from O on count one more. */
const CURP_O = 24;

function isCurp(text: Uint8Array): boolean {
  if (!isYymmdd(text, 4) || !isOneOf(text, 10, 'HMX') || !isState(text, 11)) return false;
  let sum = 0;
  for (let i = 0; i < 17; i++) {
    const value = base36At(text, i);
    sum += (value >= CURP_O ? value + 1 : value) * (18 - i);
  }
  return (sum + digitAt(text, 17)) % 10 === 0;
}

function isState(text: Uint8Array, index: number): boolean {
  for (let i = 0; i < STATES.length; i += 2) {
    if (STATES.charCodeAt(i) === text[index] && STATES.charCodeAt(i + 1) === text[index + 1]) return true;
  }
  return false;
}

/** In the authority's table `&` comes before O, so that letters from O on count one more. */
const RFC_O = 24;
/** The blank that codes of companies, one letter shorter, are filled up with. */
const BLANK = 37;

function isRfc(text: Uint8Array, length: number): boolean {
  const start = length - 9;
  // The two characters that tell namesakes apart are never 0.
  if (!isYymmdd(text, start) || isOneOf(text, length - 3, '0') || isOneOf(text, length - 2, '0')) return false;
  let sum = length === 12 ? BLANK * 13 : 0;
  for (let i = 0; i < length - 1; i++) {
    const value = base36At(text, i);
    sum += (value >= RFC_O ? value + 1 : value) * (length - i);
  }
  const check = isOneOf(text, length - 1, 'A') ? 10 : digitAt(text, length - 1);
  return check >= 0 && (sum + check) % 11 === 0;
}
