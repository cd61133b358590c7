import { readFileSync } from 'node:fs';
import { Command, Help, type Option } from 'commander';
import { collect } from './context.ts';
import type { Terminal } from './terminal.ts';

/** `cordon` with what every command takes, and no command yet. */
export function rootCommand(terminal: Pick<Terminal, 'out' | 'err'>): Command {
  return new Command('cordon')
    .description('Egress gateway that keeps the data of AI agents inside the jurisdiction where it must stay')
    .version(versionOf(), '--version', 'its version')
    .option('--config <file>', 'settings file (default: ./cordon.yaml if present)')
    .option('--set <setting=value>', 'a setting, over file and environment; repeatable', collect)
    .option('--json', 'answers as JSON')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, optionDescription: describedOption })
    .showHelpAfterError('(add --help for how it is used)')
    .configureOutput({ writeOut: (text) => terminal.out(text.trimEnd()), writeErr: (text) => terminal.err(text.trimEnd()) })
    .exitOverride();
}

function versionOf(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

/** As the help has it by itself, and whether it has to be given. */
function describedOption(option: Option): string {
  const description = new Help().optionDescription(option);
  return option.mandatory ? `${description} (required)` : description;
}
