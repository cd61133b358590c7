import type { Argument, Command, Option } from 'commander';
import { buildProgram } from '../../src/cli/program.ts';

const INTRODUCTION = `# The command line

<!-- Generated from src/cli by scripts/generate-docs.ts. Do not edit. -->

From a checkout: \`npm run -s cordon -- …\`. Exit codes: 0 done, permitted, fine; 1 a negative answer (denied, held, a test
failed); 2 wrong use or bad input, a policy with errors included; 3 it could not be carried out.

\`approvals\`, \`grants\`, \`agents\` and \`top\` ask a running gateway, as the person whose token is in \`CORDON_TOKEN\` (\`cordon token mint --role\`).
A decision that was asked for and is done ends with 0, a denial too; what is settled already, unknown or not for this role, with 1.
What a request says is shown with everything invisible in it escaped. The other commands work with or without a gateway.
`;

/** `docs/cli.md`: every command with its arguments and options. */
export function commandsPage(): string {
  const program = buildProgram(() => () => Promise.resolve(), { out: () => {}, err: () => {} });
  const sections = [...leaves(program, [])].map(section);
  const globals = ['## Options of every command', '', ...program.options.map(optionLine), ''];
  return `${[INTRODUCTION, ...globals, ...sections].join('\n').trimEnd()}\n`;
}

function* leaves(command: Command, path: readonly string[]): Generator<{ path: readonly string[]; command: Command }> {
  if (command.commands.length === 0) yield { path, command };
  for (const sub of command.commands) yield* leaves(sub, [...path, sub.name()]);
}

function section({ path, command }: { readonly path: readonly string[]; readonly command: Command }): string {
  const details = [
    ...command.registeredArguments.filter(({ description }) => description !== '').map(argumentLine),
    ...command.options.map(optionLine),
  ];
  const usage = command.usage().replace(/^\[options\] ?/, '');
  const lines = [`## cordon ${[...path, usage].join(' ').trim()}`, '', sentence(command.description()), ''];
  return [...lines, ...details, ...(details.length > 0 ? [''] : [])].join('\n');
}

function argumentLine(argument: Argument): string {
  return `- \`${argument.required ? `<${argument.name()}>` : `[${argument.name()}]`}\`: ${argument.description}`;
}

function optionLine({ flags, description, defaultValue, mandatory }: Option): string {
  const fallback = defaultValue === undefined ? '' : ` (default: \`${String(defaultValue)}\`)`;
  return `- \`${flags}\`: ${description}${fallback}${mandatory ? ' (required)' : ''}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
