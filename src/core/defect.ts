/**
 * A broken invariant of our own code: the only thing Cordon throws. The listener's edge catches it once, records it and
 * fails closed; nobody else does.
 */
export class Defect extends Error {
  override readonly name = 'Defect';
}

/**
 * What a record says of an error that nobody foresaw: its name alone. A message may quote the content that it was thrown over,
 * and content is in no record (invariant 6).
 */
export function defectDetail(error: unknown): string {
  return error instanceof Error ? error.name : `thrown ${typeof error}`;
}

/** Marks the branch a closed union leaves over; the compiler refuses the call while a member is unhandled. */
export function unreachable(value: never): never {
  throw new Defect(`Unreachable value ${JSON.stringify(value)}`);
}
