/** An answer of the gateway itself, complete. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** Names and values alternating. */
  readonly fields: readonly string[];
  readonly body: string;
}
