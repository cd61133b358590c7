/** What a process of ours ends with (contract §2). */
export const EXIT = {
  /** Done, permitted, fine. */
  ok: 0,
  /** A negative answer: denied, held, a test failed. */
  negative: 1,
  /** Wrong use or bad input, a policy with errors included. */
  usage: 2,
  /** It could not be carried out. */
  failed: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
