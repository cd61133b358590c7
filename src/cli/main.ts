import { CommanderError } from 'commander';
import { Defect } from '../core/defect.ts';
import type { GlobalOptions, Run } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { buildProgram } from './program.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/**
 * Runs one command line.
 *
 * @param argv without the names of runtime and script
 * @param terminal that of this process unless given
 * @returns the exit code of contract §2
 */
export async function main(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  let code: ExitCode = EXIT.ok;
  const run =
    (options: GlobalOptions): Run =>
    async (body) => {
      code = await body({ terminal, options });
    };
  try {
    await buildProgram(run, terminal).parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const kind = error instanceof Defect ? 'defect' : 'failure';
    terminal.err(`cordon: ${kind}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return EXIT.failed;
  }
}
