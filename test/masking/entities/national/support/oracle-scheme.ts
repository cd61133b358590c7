/** A scheme that npm `stdnum` has too, in one of our forms. */
export interface OracleScheme {
  readonly id: string;
  readonly form: string;
  /** Country and validator in stdnum. */
  readonly oracle: readonly [country: string, validator: string];
  /** The form with what is rare by chance filled in: `yyyy`, `yy`, `mm`, `dd` are parts of a date. */
  readonly template?: string;
  /** Where we mean to answer otherwise, and why. */
  readonly differences?: readonly Difference[];
}

/** A class of values on which stdnum and we disagree. */
export interface Difference {
  readonly reason: string;
  /** Which of the two takes such values. */
  readonly accepts: 'ours' | 'stdnum';
  /** A value of the class, without separators: it shows that the difference is still there. Absent where it ends with time. */
  readonly example?: string;
  /** @param value without separators, upper-case */
  readonly covers: (value: string) => boolean;
}

/** The number between two places of a value. */
export const numberIn = (value: string, from: number, to: number): number => Number(value.slice(from, to));

/** stdnum reads the clock and refuses births in the future; a pure check cannot. */
export function notBornYet(yearOf: (value: string) => number): Difference {
  return { reason: 'stdnum reads the clock: not born yet', accepts: 'ours', covers: (value) => yearOf(value) > 2024 };
}
