import type { LimitHolder, LimitUse } from '../../core/exchange/limit-use.ts';

/** What a window is known by: who sets it, what it counts, and for whom. */
export type LimitName = LimitHolder & Pick<LimitUse, 'unit' | 'every'>;

/** A name as text; equal for equal names alone. */
export function limitKey({ by, id, unit, every, per, agent, session, destination }: LimitName): string {
  return JSON.stringify([by, id, unit, every, per, agent, session, destination]);
}

/** The name that a key was made of. */
export function limitNameOf(key: string): LimitName {
  const [by, id, unit, every, per, agent, session, destination] = JSON.parse(key) as KeyMembers;
  return {
    by,
    id,
    unit,
    every,
    per,
    ...(agent !== null && { agent }),
    ...(session !== null && { session }),
    ...(destination !== null && { destination }),
  };
}

/** What is absent is null in JSON. */
type KeyMembers = [
  by: LimitName['by'],
  id: string,
  unit: LimitName['unit'],
  every: number,
  per: LimitName['per'],
  agent: string | null,
  session: string | null,
  destination: string | null,
];
