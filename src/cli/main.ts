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

/** What has to start soon is read without the other commands, which take longer to read than it does itself. */
const ALONE: Readonly<Record<string, () => Promise<(program: Command, run: Run) => void>>> = {
  serve: async () => (await import('./commands/serve.ts')).addServeCommand,
  worker: async () => (await import('./commands/serve.ts')).addWorkerCommand,
  run: async () => (await import('./running/run.ts')).addRunCommand,
};

async function programFor(argv: readonly string[], run: (options: GlobalOptions) => Run, terminal: Terminal): Promise<Command> {
  const [name = ''] = argv;
  if (!Object.hasOwn(ALONE, name)) {
    const { buildProgram } = await import('./program.ts');
    return buildProgram(run, terminal);
  }
  const program = rootCommand(terminal);
  const add = await ALONE[name]!();
  add(program, (body) => run(program.opts<GlobalOptions>())(body));
  return program;
}
