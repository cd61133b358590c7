import type { Run } from '../characters/run.ts';

/** Told of a value in a run, as places in it. */
export type Report = (from: number, to: number) => void;

/**
 * Looks for one kind of value in a run.
 * @param limit values that begin here or later are left for the next look
 */
export type FindInRun = (run: Run, limit: number, report: Report) => void;
