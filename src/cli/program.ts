import type { Command } from 'commander';
import { Defect } from '../core/defect.ts';
import { addApprovalCommands } from './commands/approvals.ts';
import { addCaCommands } from './commands/ca.ts';
import { addCheckCommand } from './commands/check.ts';
import { addEnvCommand } from './commands/env.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addGeoCommands } from './commands/geo.ts';
import { addAgentCommands } from './commands/agents.ts';
import { addBackupCommands } from './commands/backup.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addGrantCommands } from './commands/grants.ts';
import { addRetentionCommands } from './commands/records/retention.ts';
import { addIndexCommands } from './commands/records/exchange-index.ts';
import { addLegalHoldCommands } from './commands/records/legal-hold.ts';
import { addReportCommand } from './commands/records/report.ts';
import { addSecretCommands } from './commands/secrets.ts';
import { addServeCommand } from './commands/serve.ts';
import { addSessionCommands } from './commands/records/sessions.ts';
import { addSimulateCommand } from './commands/records/simulate.ts';
import { addSuggestCommand } from './commands/records/suggest.ts';
import { addTestCommand } from './commands/test.ts';
import { addTokenCommands } from './commands/token.ts';
import { addVerifyCommand } from './commands/records/verify.ts';
import type { GlobalOptions, Run } from './context.ts';
import { addDoctorCommand } from './doctor/doctor.ts';
import { EXIT } from './exit-code.ts';
import { rootCommand } from './root-command.ts';
import { addRunCommand } from './running/run.ts';
import type { Terminal } from './terminal.ts';
import { addTopCommand } from './top/top.ts';
import { LATER_COMMANDS, type LaterCommand } from './later-commands.ts';

/** The whole command line: parsing, help, and for each command what runs. */
export function buildProgram(run: (options: GlobalOptions) => Run, terminal: Pick<Terminal, 'out' | 'err'>): Command {
  const program = rootCommand(terminal);
  const runWithGlobals: Run = (body) => run(program.opts<GlobalOptions>())(body);
  addServeCommand(program, runWithGlobals);
  addCheckCommand(program, runWithGlobals);
  addExplainCommand(program, runWithGlobals);
  addTestCommand(program, runWithGlobals);
  addSimulateCommand(program, runWithGlobals);
  addSuggestCommand(program, runWithGlobals);
  addRunCommand(program, runWithGlobals);
  addEnvCommand(program, runWithGlobals);
  addDoctorCommand(program, runWithGlobals);
  addCaCommands(program, runWithGlobals);
  addTokenCommands(program, runWithGlobals);
  addSecretCommands(program, runWithGlobals);
  addGeoCommands(program, runWithGlobals);
  addVerifyCommand(program, runWithGlobals);
  addSessionCommands(program, runWithGlobals);
  addRetentionCommands(program, runWithGlobals);
  addLegalHoldCommands(program, runWithGlobals);
  addIndexCommands(program, runWithGlobals);
  addReportCommand(program, runWithGlobals);
  addApprovalCommands(program, runWithGlobals);
  addGrantCommands(program, runWithGlobals);
  addAgentCommands(program, runWithGlobals);
  addKeyCommands(program, runWithGlobals);
  addTopCommand(program, runWithGlobals);
  addBackupCommands(program, runWithGlobals);
  for (const later of LATER_COMMANDS) addLaterCommand(program, later, runWithGlobals);
  return program;
}

function addLaterCommand(program: Command, { path, usage, summary }: LaterCommand, run: Run): void {
  const [name, sub] = path;
  const parent = sub === undefined ? program : groupNamed(program, name);
  parent
    .command(sub ?? name)
    .description(`${summary} (later version)`)
    .usage(usage)
    .argument('[arguments...]')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() =>
      run(({ terminal }) => {
        terminal.err(`cordon: ${path.join(' ')} comes with a later version`);
        return EXIT.usage;
      }),
    );
}

/** A group that has commands of its own already. */
function groupNamed(program: Command, name: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  if (known === undefined) throw new Defect(`Found a command to come in the group ${name}, expected one that is there`);
  return known;
}
