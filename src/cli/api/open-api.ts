import type { Command } from 'commander';
import { isLoopbackHost } from '../../admin/access/visitor.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { quote } from '../../wire/quote.ts';
import { type CommandContext, give, settingsFor } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { AdminApi } from './admin-api.ts';
import { type ApiFailure, MINTING } from './api-failure.ts';

/** Options of every command that asks a running gateway. */
export interface ApiOptions {
  readonly api?: string;
}

/** Adds them to a command. */
export function asksApi(command: Command): Command {
  return command.option('--api <url>', 'admin API of the gateway (default: `listen.admin` of the settings)');
}

const TOKEN = /^[A-Za-z0-9._-]{1,255}$/;

/** The admin API as the person whose token is in `CORDON_TOKEN`, or the exit code after it was said what is missing. */
export function openApi(context: CommandContext, { api }: ApiOptions): Result<AdminApi, ExitCode> {
  const base = api === undefined ? configuredBase(context) : parseBase(context, api);
  if (!base.ok) return base;
  const token = context.terminal.env['CORDON_TOKEN'];
  if (token === undefined || token === '') {
    const sentence = `Found no CORDON_TOKEN, which says who asks: export CORDON_TOKEN="$(${MINTING})", on the gateway's machine`;
    return fail(give(context, EXIT.usage, sentence));
  }
  if (TOKEN.test(token)) return ok(new AdminApi(base.value, token));
  // The value stays unsaid: what is nearly a token is nearly a secret.
  return fail(
    give(context, EXIT.usage, 'Found something else than a token in CORDON_TOKEN, expected what `cordon token mint` prints'),
  );
}

function configuredBase(context: CommandContext): Result<URL, ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded;
  const { address, tls } = loaded.value.settings.listen.admin;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return ok(new URL(`${tls === undefined ? 'http' : 'https'}://${host}:${address.port}`));
}

function parseBase(context: CommandContext, api: string): Result<URL, ExitCode> {
  const expected = 'expected a URL such as http://127.0.0.1:3129';
  const url = URL.parse(api);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return fail(give(context, EXIT.usage, `--api: Found ${quote(api)}, ${expected}`));
  }
  if (url.username !== '' || url.password !== '' || url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return fail(give(context, EXIT.usage, `--api: Found more than scheme, host and port, ${expected}`));
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (url.protocol === 'https:' || isLoopbackHost(host)) return ok(url);
  return fail(
    give(
      context,
      EXIT.usage,
      `--api: Found http:// to another machine, expected https://: the token would be readable on its way`,
    ),
  );
}

/** Says why the gateway did not do it. */
export function giveUp(context: CommandContext, { code, sentence }: ApiFailure): ExitCode {
  return give(context, code, sentence);
}
