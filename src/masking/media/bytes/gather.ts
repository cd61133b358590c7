import { concatenate } from './concatenate.ts';

/** From this length on a part goes on as it is: copying it would cost more than one part more does. */
const WORTH_ITS_OWN: number = 4096;

/** Puts short parts together with those beside them; long ones are handed over without a copy. */
export function gather(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  if (parts.length < 2) return parts;
  const gathered: Uint8Array[] = [];
  let first = 0;
  for (let i = 0; i <= parts.length; i++) {
    const part = parts[i];
    if (part !== undefined && part.length < WORTH_ITS_OWN) continue;
    if (first < i) gathered.push(concatenate(parts.slice(first, i)));
    if (part !== undefined) gathered.push(part);
    first = i + 1;
  }
  return gathered;
}
