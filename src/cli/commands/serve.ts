import type { Command } from 'commander';
import { laterSettings } from '../../config/later-settings.ts';
import { listSettings, printSettings } from '../../config/print-settings.ts';
import { type CommandContext, give, settingsFor, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';

interface ServeOptions {
  readonly observe?: boolean;
  readonly printConfig?: boolean;
}

/** `cordon serve` */
export function addServeCommand(program: Command, run: Run): void {
  program
    .command('serve')
    .description('runs the gateway; SIGHUP reloads policy and certificates, SIGTERM drains')
    .option('--observe', 'treats every agent as observed: rules record what they would deny; floors hold')
    .option('--print-config', 'prints the settings in force with where each came from, and ends')
    .action((options: ServeOptions) => run((context) => serve(context, options)));
}

/** What `serve` starts for each of its workers; nobody else does. */
export function addWorkerCommand(program: Command, run: Run): void {
  program.command('worker', { hidden: true }).action(() =>
    run(async ({ terminal }) => {
      const { runWorker } = await import('../../app/workers/run-worker.ts');
      return await runWorker(terminal.env);
    }),
  );
}

async function serve(context: CommandContext, { observe, printConfig }: ServeOptions): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  if (printConfig === true) {
    const { terminal, options } = context;
    if (options.json === true) terminal.out(JSON.stringify({ items: listSettings(loaded.value) }, undefined, 2));
    else terminal.out(printSettings(loaded.value).trimEnd());
    return EXIT.ok;
  }
  const later = laterSettings(loaded.value);
  for (const sentence of later.ignored) context.terminal.err(`cordon: warning: ${sentence}`);
  if (later.refused.length > 0) return give(context, EXIT.usage, ...later.refused);
  // Loaded here alone: the other commands need neither the proxy nor the admin API, and start in half the time.
  const { runGateway } = await import('../../app/run.ts');
  const { settings } = loaded.value;
  return (await runGateway({ settings, observe: observe === true, environment: context.terminal.env })) as ExitCode;
}
