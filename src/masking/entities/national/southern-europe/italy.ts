import { numberAt } from '../../../checksums/character.ts';
import { isLuhnValid } from '../../../checksums/luhn.ts';
import type { Entity } from '../../../entity.ts';
import { isCodiceFiscale } from './codice-fiscale.ts';

/** Identifiers of Italy. */
export const ITALY: readonly Entity[] = [
  {
    id: 'it-codice-fiscale',
    groups: ['national-id', 'health'],
    title: 'Italian tax code of a person',
    shapes: [
      { form: '@@@@@@##@##@###@', tier: 'A', check: isCodiceFiscale },
      { form: '@@@ @@@ ##@## @###@', tier: 'A', check: isCodiceFiscale },
      // Letters for digits where two persons would have the same code (omocodia).
      { form: '^^^^^^&&^&&^&&&^', tier: 'A', check: isCodiceFiscale },
      { form: '^^^ ^^^ &&^&& ^&&&^', tier: 'A', check: isCodiceFiscale },
    ],
    context: ['codice fiscale', 'cod fisc', 'cf', 'tax code'],
    source: 'Decreto ministeriale 23 dicembre 1976; Agenzia delle Entrate, codice fiscale',
    specimens: [
      'Codice fiscale «RCCMNL83S18D969H»',
      'il sig. «RCC MNL 83S18 D969H»',
      '{"cf":"«rccmnl83s18d969h»"}',
      'omocodia: «RCCMNL83S18D96VW»',
    ],
    counterExamples: ['RCCMNL83S18D967H', 'RCCMNL83F18D969H', 'RCCMNL83S39D969H', 'XRCCMNL83S18D969H'],
  },
  {
    id: 'it-partita-iva',
    groups: ['national-id'],
    title: 'Italian VAT number',
    shapes: [
      { form: '###########', tier: 'B', check: (text) => isPartitaIva(text, 0) },
      { form: 'IT###########', tier: 'A', check: (text) => isPartitaIva(text, 2) },
      { form: 'IT ###########', tier: 'A', check: (text) => isPartitaIva(text, 2) },
    ],
    context: ['partita iva', 'p iva', 'piva', 'iva', 'vat'],
    source: 'DPR 633/1972 art. 35; Agenzia delle Entrate, partita IVA',
    specimens: ['P.IVA «00743110157»', 'presso «IT00743110157»', 'partita iva: «00743110157»'],
    counterExamples: ['00743110157', 'P.IVA 00743110158', 'IT00743110158', 'P.IVA 007431101571'],
  },
];

/** Seven digits of the holder, three of the province's office, a Luhn digit. */
function isPartitaIva(text: Uint8Array, from: number): boolean {
  if (numberAt(text, from, from + 7) < 1) return false;
  const office = numberAt(text, from + 7, from + 10);
  const isOffice = (office >= 1 && office <= 100) || office === 120 || office === 121 || office === 888 || office === 999;
  return isOffice && isLuhnValid(text, from, from + 11);
}
