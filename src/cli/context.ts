import { type LoadedSettings, loadSettings } from '../config/load-settings.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { shownJson } from './shown-text.ts';
import type { Terminal } from './terminal.ts';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly set?: readonly string[];
}

/** What a command gets beside its own arguments. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly options: GlobalOptions;
}

/** Runs the body of a command with its context and keeps what it ends with: one of {@link EXIT}, or what `cordon run` passes on. */
export type Run = (body: (context: CommandContext) => Promise<number> | number) => Promise<void>;

/** Gathers a repeatable option. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Prints a value as JSON where `--json` was given, else as the lines say. */
export function answer({ terminal, options }: CommandContext, value: unknown, lines: () => readonly string[]): void {
  if (options.json === true) terminal.out(shownJson(value, 2));
  else for (const line of lines()) terminal.out(line);
}

/** Says on stderr why a command ends as it does. */
export function give(context: CommandContext, code: ExitCode, ...sentences: readonly string[]): ExitCode {
  for (const sentence of sentences) context.terminal.err(`cordon: ${sentence}`);
  return code;
}

/** The settings for this command, or the exit code after every issue was printed. */
export function settingsFor(context: CommandContext): Result<LoadedSettings, ExitCode> {
  const { terminal, options } = context;
  const flags = parseSets(options.set ?? []);
  if (!flags.ok) return fail(give(context, EXIT.usage, flags.failure));
  const { env, cwd } = terminal;
  const loaded = loadSettings({ env, cwd, flags: flags.value, ...(options.config !== undefined && { file: options.config }) });
  if (loaded.ok) {
    for (const warning of loaded.value.warnings) terminal.err(`cordon: warning: ${warning}`);
    return ok(loaded.value);
  }
  for (const { where, path, message, hint } of loaded.failure) {
    const subject = path === '' ? message : `${path}: ${message}`;
    terminal.err(`${where}: error: ${subject}${hint === undefined ? '' : ` (${hint})`}`);
  }
  return fail(EXIT.usage);
}

function parseSets(sets: readonly string[]): Result<Readonly<Record<string, string>>, string> {
  const flags: [string, string][] = [];
  for (const set of sets) {
    const separator = set.indexOf('=');
    if (separator < 1) return fail(`Found --set "${set}", expected a setting and a value, such as --set log.level=debug`);
    flags.push([set.slice(0, separator), set.slice(separator + 1)]);
  }
  return ok(Object.fromEntries(flags));
}
