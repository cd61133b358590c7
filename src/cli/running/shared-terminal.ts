import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Whether one of the standard streams is a terminal. */
export function isAtTerminal(): boolean {
  return [0, 1, 2].some((descriptor) => isatty(descriptor));
}

/**
 * What a command can do to the terminal that it shares, as a sentence: put characters into its input (TIOCSTI), which the shell
 * behind it takes for typed and carries out, outside. Kernels before 6.2 let everybody.
 */
export function terminalWarning(): string | undefined {
  if (!isAtTerminal() || legacyTiocsti() === '0') return undefined;
  return 'on this kernel the command can type into this terminal, for the shell that comes after it: sysctl dev.tty.legacy_tiocsti=0 (Linux 6.2) ends that';
}

function legacyTiocsti(): string | undefined {
  try {
    return readFileSync('/proc/sys/dev/tty/legacy_tiocsti', 'latin1').trim();
  } catch {
    return undefined;
  }
}
