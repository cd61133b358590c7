/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  /** `warning`: it works, and somebody should know; `failed` ends the doctor with 1. */
  readonly state: 'ok' | 'warning' | 'failed';
  readonly found: string;
  /** The sentence that mends it. */
  readonly mend?: string;
}

export const good = (name: string, found: string): Check => ({ name, state: 'ok', found });
export const failed = (name: string, found: string, mend: string): Check => ({ name, state: 'failed', found, mend });
export const doubtful = (name: string, found: string, mend: string): Check => ({ name, state: 'warning', found, mend });
