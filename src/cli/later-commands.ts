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

export const LATER_COMMANDS: readonly LaterCommand[] = [later(['ca', 'rotate'], '', 'a new interception CA, with an overlap')];
