import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/cli/main.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

const ENTRY = fileURLToPath(new URL('../../scripts/cordon.mjs', import.meta.url));

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, with nothing of this environment. */
export async function cordon(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
  stdin?: string,
): Promise<Ended> {
  const out: string[] = [];
  const err: string[] = [];
  const write = (lines: string[]) => (text: string) => void lines.push(`${text}\n`);
  const terminal: Terminal = {
    env,
    cwd,
    input: async () => stdin,
    out: write(out),
    write: async (text) => void out.push(text),
    err: write(err),
    style: (_format, text) => text,
  };
  const code = await main(args, terminal);
  return { code, out: out.join(''), err: err.join('') };
}

/** Runs it as a process of its own, with nothing of this environment but PATH. */
export function cordonProcess(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, env: { PATH: process.env['PATH'], NO_COLOR: '1', ...env } };
    execFile(process.execPath, [ENTRY, ...args], options, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

/** A small policy: two agents, one destination in the EU, one hold. */
export const RULES = `cordon: 1
agents:
  - id: local
    home: eu
    identify: [{ cidr: ["127.0.0.0/8"] }]
  - id: bot
    home: eu
    identify: [{ token: true }]
destinations:
  - id: openai-eu
    hosts: ["eu.api.openai.com"]
rules:
  - id: models
    to: [openai-eu]
    methods: [POST]
    then: permit
  - id: no-files
    to: [openai-eu]
    paths: ["/v1/files/**"]
    then: deny
`;
