import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { issueText } from '../../app/compile-policy.ts';
import { contentPorts } from '../../app/questions/content-ports.ts';
import { systemClock } from '../../app/system.ts';
import { readPolicyFiles } from '../../config/policy-files.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import { locate } from '../../destination/locate.ts';
import { undischarged } from '../../pipeline/judging/discharge.ts';
import type { Expectation } from '../../policy/expectations/expectation.ts';
import { parseExpectations } from '../../policy/expectations/expectation-source.ts';
import { formatIssue } from '../../policy/issue.ts';
import { runExpectation, type ExpectationResult, type FactsOf } from '../../policy/expectations/run-expectation.ts';
import { prepare } from '../../policy/target-index.ts';
import { answer, type CommandContext, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { shownPath } from '../local/local-policy.ts';
import { localSetup } from '../local/local-setup.ts';
import type { Terminal } from '../terminal.ts';

/** `cordon test [DIR]` */
export function addTestCommand(program: Command, run: Run): void {
  program
    .command('test')
    .description('runs the tests of the policy; nothing is resolved and nothing is sent')
    .argument('[dir]', 'directory of the tests (default: `tests` inside `rules` of the settings)')
    .action((directory: string | undefined) => run((context) => test(context, directory)));
}

interface Outcome extends ExpectationResult {
  /** `file:line:column` */
  readonly at: string;
}

async function test(context: CommandContext, argument: string | undefined): Promise<ExitCode> {
  const setup = await localSetup(context);
  if (!setup.ok) return setup.failure;
  const { settings, tables, policy } = setup.value;
  const { cwd } = context.terminal;
  const directory = argument === undefined ? join(settings.rules, 'tests') : resolve(cwd, argument);
  const cases = await readCases(context, directory);
  if (!cases.ok) return cases.failure;
  const prepared = prepare(policy.policy);
  const ports = { factsOf: factsFrom(tables), ...contentPorts(policy.policy) };
  const now = systemClock.now();
  const results: Outcome[] = cases.value.map((expectation) => {
    const result = runExpectation(prepared, expectation, ports, now);
    const { file, line, column } = expectation.position;
    return {
      ...result,
      notes: [...result.notes, ...limits(result)],
      at: `${shownPath(join(directory, file), cwd)}:${line}:${column}`,
    };
  });
  const passed = results.filter(({ status }) => status === 'passed').length;
  const items = results.map(({ name, status, at, problems, notes }) => ({ name, status, at, problems, notes }));
  answer(context, { passed, failed: results.length - passed, items }, () => report(results, passed, context.terminal));
  return passed === results.length ? EXIT.ok : EXIT.negative;
}

async function readCases(context: CommandContext, directory: string): Promise<Result<readonly Expectation[], ExitCode>> {
  const { terminal } = context;
  const shown = shownPath(directory, terminal.cwd);
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    terminal.err(`${shown}: error: Found no directory of policy tests`);
    return fail(EXIT.usage);
  }
  const source = await readPolicyFiles(directory);
  if (!source.ok) {
    for (const issue of source.failure) terminal.err(issueText(issue));
    return fail(EXIT.usage);
  }
  const { expectations, issues } = parseExpectations(source.value.files);
  for (const issue of issues) terminal.err(formatIssue({ ...issue, file: join(shown, issue.file) }));
  return issues.some(({ severity }) => severity === 'error') ? fail(EXIT.usage) : ok(expectations);
}

function factsFrom(tables: GeoTables): FactsOf {
  return (host, port, path, content, addresses) =>
    locate(tables, {
      host,
      port,
      ...(path !== undefined && { path }),
      ...(content !== undefined && { content }),
      ...(addresses !== undefined && { resolution: { addresses, chain: [] } }),
    });
}

/** The test shows what the policy says; what this version answers may be stricter. */
function limits({ decided }: ExpectationResult): string[] {
  const isDenied = decided === undefined || decided.decision.effect === 'deny';
  const missing = isDenied ? undefined : undischarged(decided.decision, decided.kind);
  return missing === undefined
    ? []
    : [`This version cannot discharge ${missing}: the request is answered obligation_unsupported`];
}

function report(results: readonly Outcome[], passed: number, terminal: Terminal): string[] {
  const lines = results.flatMap(({ name, status, problems, notes, at }) => {
    if (status === 'passed') return [`${terminal.style('green', 'ok')}    ${name}`];
    return [
      `${terminal.style('red', status === 'failed' ? 'FAIL' : 'SKIP')}  ${name}  ${terminal.style('dim', at)}`,
      ...problems.map((problem) => `        ${problem}`),
      ...notes.map((note) => `        note: ${note}`),
    ];
  });
  const byName = results.filter(({ notes }) => notes.length > 0).length;
  const tally = `${passed} of ${results.length} passed`;
  return [...lines, '', byName === 0 ? tally : `${tally}; ${byName} have notes on what they do not cover (--json shows all)`];
}
