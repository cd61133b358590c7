import { userInfo } from 'node:os';

/** Who acts on the machine itself, without the API: the user of the operating system. */
export function localActor(): string {
  try {
    return `local:${userInfo().username}`;
  } catch {
    // A container may run under a number that no user has.
    return `local:uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
