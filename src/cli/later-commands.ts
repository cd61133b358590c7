/**
 * Commands of contract §2 whose machinery comes with a later version. They are known, have help, and end with wrong use:
 * a script that needs them fails at once and says why.
 */
export interface LaterCommand {
  /** Names from the program on: `['secrets', 'set']`. */
  readonly path: readonly [string] | readonly [string, string];
  readonly usage: string;
  readonly summary: string;
}

const later = (path: LaterCommand['path'], usage: string, summary: string): LaterCommand => ({ path, usage, summary });

export const LATER_COMMANDS: readonly LaterCommand[] = [
  later(['ca', 'rotate'], '', 'a new interception CA, with an overlap'),
  later(['sessions', 'replay'], 'SESSION --serve PORT', 'answers as they were recorded'),
  later(['top'], '', 'what happens now'),
];

/** What the groups that have no command yet are about. */
export const LATER_GROUPS: Readonly<Record<string, string>> = {
  sessions: 'recorded sessions',
};
