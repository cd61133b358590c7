import { digitAt, isOneOf } from '../../../checksums/character.ts';
import type { Entity } from '../../../entity.ts';

/** Identifiers of Chile. */
export const CHILE: readonly Entity[] = [
  {
    id: 'cl-rut',
    groups: ['national-id'],
    title: 'Chilean national number (RUT, RUN)',
    shapes: [
      { form: '##.###.###-*', tier: 'B', check: isRut },
      { form: '#.###.###-*', tier: 'B', check: isRut },
      { form: '########-*', tier: 'B', check: isRut },
      { form: '#######-*', tier: 'B', check: isRut },
      { form: '########*', tier: 'B', check: isRut },
    ],
    context: ['rut', 'run', 'rol unico', 'rol unico tributario', 'cedula de identidad', 'tax id', 'national id'],
    source: 'Decreto con fuerza de ley 3 de 1969; Servicio de Registro Civil, RUN',
    specimens: ['RUT «12.531.909-2»', 'rut: «12531909-2»', 'RUN «125319092»'],
    counterExamples: ['12.531.909-2', 'RUT 12.531.909-3', 'RUT 12531909-K', 'RUT 12531909-22'],
  },
];

/** Weights 2 to 7 from the right, again and again; ten is K and eleven 0. */
function isRut(text: Uint8Array, length: number): boolean {
  let sum = 0;
  for (let i = 0; i < length - 1; i++) sum += digitAt(text, i) * (2 + ((length - 2 - i) % 6));
  const check = isOneOf(text, length - 1, 'K') ? 10 : digitAt(text, length - 1);
  return check >= 0 && sum > 0 && (sum + check) % 11 === 0;
}
