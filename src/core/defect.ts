/**
 * A broken invariant of our own code: the only thing Cordon throws. The listener's edge catches it once, records it and
 * fails closed; nobody else does.
 */
export class Defect extends Error {
  override readonly name = 'Defect';
}

/** Marks the branch a closed union leaves over; the compiler refuses the call while a member is unhandled. */
export function unreachable(value: never): never {
  throw new Defect(`Unreachable value ${JSON.stringify(value)}`);
}
