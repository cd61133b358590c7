import type { RawFields } from './reply-sink.ts';

/** An answer of the gateway itself, complete. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly fields: RawFields;
  readonly body: string;
}
