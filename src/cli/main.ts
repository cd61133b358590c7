import { type Command, CommanderError } from 'commander';
import { Defect } from '../core/defect.ts';
import type { GlobalOptions, Run } from './context.ts';
import { EXIT } from './exit-code.ts';
import { rootCommand } from './root-command.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/**
 * Runs one command line.
 *
 * @param argv without the names of runtime and script
 * @param terminal that of this process unless given
 * @returns the exit code of contract §2; that of its command for `run`
 */
export async function main(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  let code: number = EXIT.ok;
  const run =
    (options: GlobalOptions): Run =>
    async (body) => {
      code = await body({ terminal, options });
    };
  try {
    const program = await programFor(argv, run, terminal);
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const kind = error instanceof Defect ? 'defect' : 'failure';
    terminal.err(`cordon: ${kind}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return EXIT.failed;
  }
}

/** What `run` starts is waited for: the other commands, which take longer to read than it does itself, are left out. */
async function programFor(argv: readonly string[], run: (options: GlobalOptions) => Run, terminal: Terminal): Promise<Command> {
  if (argv[0] === 'worker') {
    const { addWorkerCommand } = await import('./commands/serve.ts');
    const program = rootCommand(terminal);
    addWorkerCommand(program, (body) => run(program.opts<GlobalOptions>())(body));
    return program;
  }
  if (argv[0] !== 'run') {
    const { buildProgram } = await import('./program.ts');
    return buildProgram(run, terminal);
  }
  const { addRunCommand } = await import('./running/run.ts');
  const program = rootCommand(terminal);
  addRunCommand(program, (body) => run(program.opts<GlobalOptions>())(body));
  return program;
}
