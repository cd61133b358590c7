import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { contentPorts } from '../../app/questions/content-ports.ts';
import { explainQuestion } from '../../app/questions/explain-question.ts';
import { systemClock } from '../../app/system.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { prepare } from '../../policy/target-index.ts';
import { answer, type CommandContext, give, type Run, collect } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { explanationLines } from '../explanation-lines.ts';
import { shownPath } from '../local/local-policy.ts';
import { localResolver } from '../local/local-resolver.ts';
import { localSetup } from '../local/local-setup.ts';

interface ExplainOptions {
  readonly agent: string;
  readonly address?: readonly string[];
  readonly type?: string;
  readonly content?: string;
}

/** `cordon explain [METHOD] URL --agent ID` */
export function addExplainCommand(program: Command, run: Run): void {
  program
    .command('explain')
    .description('what would be decided about a request, and why; the request is not made')
    .usage('[METHOD] URL --agent ID [options]')
    .argument('<request...>', 'METHOD URL, or URL alone; CONNECT takes host:port')
    .requiredOption('--agent <id>', 'agent that would send it')
    .option('--address <ip>', 'address of the host, instead of a look-up; repeatable', collect)
    .option('--type <media-type>', 'media type of the content')
    .option('--content <file>', 'file with the content')
    .action((request: string[], options: ExplainOptions) => run((context) => explain(context, request, options)));
}

async function explain(context: CommandContext, request: readonly string[], options: ExplainOptions): Promise<ExitCode> {
  const [first = '', second, ...rest] = request;
  if (rest.length > 0) return give(context, EXIT.usage, `Found ${request.length} words, expected [METHOD] URL`);
  const content = readContent(options.content, context.terminal.cwd);
  if (!content.ok) return give(context, EXIT.usage, content.failure);
  const setup = await localSetup(context);
  if (!setup.ok) return setup.failure;
  const { settings, tables, policy } = setup.value;
  const resolver = localResolver(context, settings);
  if (!resolver.ok) return resolver.failure;
  const question = {
    agent: options.agent,
    url: second ?? first,
    ...(second !== undefined && { method: first.toUpperCase() }),
    ...(options.address !== undefined && { addresses: options.address }),
    ...(options.type !== undefined && { type: options.type }),
    ...(content.value !== undefined && { content: content.value }),
  };
  const facts = {
    policy: prepare(policy.policy),
    tables,
    now: systemClock.now(),
    readContent: contentPorts(policy.policy).readContent,
    resolver: resolver.value,
  };
  const explained = await explainQuestion(question, facts);
  if (!explained.ok) return give(context, EXIT.usage, explained.failure);
  const directory = shownPath(settings.rules, context.terminal.cwd);
  const shown = { ...explained.value, rules: explained.value.rules.map((rule) => ({ ...rule, at: join(directory, rule.at) })) };
  answer(context, shown, () => explanationLines(shown, context.terminal));
  return explained.value.decision.effect === 'permit' ? EXIT.ok : EXIT.negative;
}

const MAX_CONTENT_BYTES = 10 * 1024 * 1024;

function readContent(file: string | undefined, cwd: string): Result<string | undefined, string> {
  if (file === undefined) return ok(undefined);
  const path = resolve(cwd, file);
  try {
    const { size } = statSync(path);
    if (size > MAX_CONTENT_BYTES) return fail(`--content: Found ${size} bytes, expected at most ${MAX_CONTENT_BYTES}`);
    return ok(readFileSync(path, 'utf8'));
  } catch (error) {
    return fail(`--content: ${file} cannot be read: ${(error as Error).message}`);
  }
}
