import type { ContextTracker } from './context/context-tracker.ts';

/** The text around a run, as far as it is there. */
export interface Window {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly isFinal: boolean;
  /** Position in the whole text of the first byte. */
  readonly base: number;
  readonly context: ContextTracker;
  /** How far the text was tried for seed phrases. */
  readonly phrases: { triedTo: number };
}
