import type { Command } from 'commander';
import { issueText } from '../../app/compile-policy.ts';
import { readNamedFiles } from '../../app/loading/policy-source.ts';
import { formatIssue } from '../../policy/issue.ts';
import type { CompiledPolicy } from '../../policy/model.ts';
import { compileLocally } from '../local/local-policy.ts';
import { localTables } from '../local/local-tables.ts';
import { namedPolicyFiles } from '../local/named-policy-files.ts';
import { answer, type CommandContext, settingsFor, type Run } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';

/** `cordon check [FILE|DIR…]` */
export function addCheckCommand(program: Command, run: Run): void {
  program
    .command('check')
    .description('checks policy files: every error at once, with file, line and column, and warnings')
    .argument('[paths...]', 'files and directories that are one policy together (default: `rules` of the settings)')
    .action((paths: string[]) => run((context) => check(context, paths)));
}

async function check(context: CommandContext, paths: readonly string[]): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const tables = await localTables(context, loaded.value.settings);
  if (!tables.ok) return tables.failure;
  const named = await namedPolicyFiles(paths.length === 0 ? [loaded.value.settings.rules] : paths, context.terminal.cwd);
  if (!named.ok) {
    const issues = named.failure.map((issue) => ({ severity: 'error', ...issue }));
    answer(context, { ok: false, issues }, () => named.failure.map(issueText));
    return EXIT.usage;
  }
  const { show } = named.value;
  const source = await readNamedFiles(named.value.source);
  const compiled = compileLocally(source, loaded.value, tables.value.world);
  const issues = compiled.issues.map((issue) => ({ ...issue, file: show(issue.file) }));
  const { policy } = compiled;
  answer(
    context,
    {
      ok: policy !== undefined,
      digest: source.digest,
      files: source.files.map(({ file }) => show(file)),
      tls: policy === undefined ? [] : originTlsIn(policy),
      issues,
    },
    () => [
      ...issues.map(formatIssue),
      ...(policy === undefined ? [] : originTlsIn(policy).map(originTlsLine)),
      policy === undefined
        ? tally(issues)
        : `ok: ${source.files.length} files, ${policy.agents.length} agents, ${policy.rules.length} rules, ${source.digest}`,
    ],
  );
  return policy === undefined ? EXIT.usage : EXIT.ok;
}

interface StatedTls {
  readonly destination: string;
  readonly trust?: string;
  readonly clientCertificate?: string;
}

/** Where TLS toward origins rests on more than the public roots. */
function originTlsIn({ destinations }: CompiledPolicy): readonly StatedTls[] {
  return destinations.flatMap(({ id, tls }) => {
    if (tls === undefined) return [];
    const { key: _, ...files } = tls;
    return [{ destination: id, ...files }];
  });
}

function originTlsLine({ destination, trust, clientCertificate }: StatedTls): string {
  const trusted = trust === undefined ? [] : [`trusts ${trust} beside the public roots`];
  const shown = clientCertificate === undefined ? [] : [`shows ${clientCertificate}`];
  return `tls: toward ${destination} the gateway ${[...trusted, ...shown].join(' and ')}`;
}

function tally(issues: readonly { readonly severity: 'error' | 'warning' }[]): string {
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  return `${errors} errors, ${issues.length - errors} warnings`;
}
