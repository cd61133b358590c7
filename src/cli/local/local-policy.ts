import { join, relative } from 'node:path';
import type { LoadedSettings } from '../../config/load-settings.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { compileFor, issueText } from '../../app/compile-policy.ts';
import { policyReader, type PolicySource } from '../../app/loading/policy-source.ts';
import { systemClock } from '../../app/system.ts';
import type { Compilation } from '../../policy/compile.ts';
import { formatIssue, type PolicyIssue } from '../../policy/issue.ts';
import type { CompiledPolicy, WorldData } from '../../policy/model.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';

/** A policy as a command reads it, with the name of each of its files as a person sees it. */
export interface LocalPolicy {
  readonly policy: CompiledPolicy;
  readonly source: PolicySource;
  readonly issues: readonly PolicyIssue[];
}

/** Compiles a set of files as the gateway with these settings would. */
export function compileLocally(source: PolicySource, { settings }: LoadedSettings, world: WorldData): Compilation {
  return compileFor({ settings, observe: false, clock: systemClock }, world)(source);
}

/** The policy of the settings, or the exit code after every issue was printed. */
export async function localPolicy(
  context: CommandContext,
  loaded: LoadedSettings,
  world: WorldData,
): Promise<Result<LocalPolicy, ExitCode>> {
  const directory = loaded.settings.rules;
  const shown = shownPath(directory, context.terminal.cwd);
  const source = await policyReader(directory)();
  if (!source.ok) {
    for (const issue of source.failure) context.terminal.err(issueText(issue));
    return fail(EXIT.usage);
  }
  const { policy, issues } = compileLocally(source.value, loaded, world);
  if (policy !== undefined) return ok({ policy, source: source.value, issues });
  for (const issue of issues) context.terminal.err(formatIssue({ ...issue, file: join(shown, issue.file) }));
  return fail(EXIT.usage);
}

/** Relative where that is shorter to read, else absolute. */
export function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}
