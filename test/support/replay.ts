/** `cordon sessions replay` as a process of its own, and clients that are pointed at it. */
import { execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Address } from './raw-client.ts';

const ENTRY = fileURLToPath(new URL('../../scripts/cordon.mjs', import.meta.url));

export interface Replay extends AsyncDisposable {
  readonly proxy: Address;
  /** What it said it serves. */
  readonly said: { readonly session: string; readonly ca: string; readonly exchanges: number };
  /** Ends it as a person does. */
  end(): Promise<{ readonly code: number | null; readonly err: string }>;
}

/** @param directory of a gateway */
export async function startReplay(directory: string, session: string, flags: readonly string[] = []): Promise<Replay> {
  const child = spawn(process.execPath, [ENTRY, '--json', 'sessions', 'replay', session, '--serve', '0', ...flags], {
    cwd: directory,
    env: { PATH: process.env['PATH'] },
  });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const end = async (): ReturnType<Replay['end']> => {
    child.kill('SIGINT');
    return { code: await ended, err };
  };
  const said = await new Promise<Replay['said'] & { readonly proxy: string }>((resolve, reject) => {
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (out.endsWith('}\n')) resolve(JSON.parse(out) as Replay['said'] & { readonly proxy: string });
    });
    void ended.then((code) => reject(new Error(`It ended with ${code}: ${err}`)));
  });
  const { hostname, port } = new URL(said.proxy);
  return {
    proxy: { address: hostname, port: Number(port) },
    said,
    end,
    [Symbol.asyncDispose]: async () => void (await end()),
  };
}

/** The same variables as for the gateway, with another proxy. */
export function pointedAt(environment: Readonly<Record<string, string>>, { address, port }: Address): Record<string, string> {
  const gateway = environment['HTTPS_PROXY'] ?? '';
  const entries = Object.entries(environment);
  return Object.fromEntries(entries.map(([name, value]) => [name, value.replaceAll(gateway, `http://${address}:${port}`)]));
}

/** Runs a client; gives what it printed. */
export function clientSays(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { env, timeout: 20_000 }, (error, out) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out });
    });
  });
}
