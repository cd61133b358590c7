import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cordon } from '../cli/cordon.ts';
import { HAS_TERMINALS, TerminalProcess } from '../support/terminal-process.ts';

const DEMO = fileURLToPath(new URL('../../scripts/demo/main.ts', import.meta.url));
const SOON = { timeout: 15_000 };

/** Where the demo keeps its state: of the tests alone, so that they see what it leaves. */
let temporary: string;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'cordon-test-demo-'));
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

/** As `npm run demo` starts it, in a shell with variables that must not matter. */
function unattended(args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const env = {
    PATH: process.env['PATH'],
    TMPDIR: temporary,
    NO_COLOR: '1',
    CORDON_LISTEN_PROXY: '10.0.0.1:1',
    HTTP_PROXY: 'http://127.0.0.1:9',
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [DEMO, ...args], { env: { ...env, NODE_USE_ENV_PROXY: '1' } }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

const attended = (): TerminalProcess => new TerminalProcess([DEMO], temporary, { TMPDIR: temporary, NO_COLOR: '1' });

describe('npm run demo', () => {
  it.each([[['--yes']], [[]]])('without a terminal plays all scenes, ends by itself and leaves nothing: %j', async (args) => {
    const { code, out, err } = await unattended(args);
    expect([code, err]).toEqual([0, '']);
    const verdicts = out.match(/^ {3}(PERMITTED|DENIED|MASKED|HELD|APPROVED|REPORTED)\b/gm)?.map((verdict) => verdict.trim());
    expect(verdicts).toEqual(['PERMITTED', 'DENIED', 'MASKED', 'HELD', 'APPROVED', 'REPORTED']);
    expect(out).toMatch(/DENIED +outside_home: /);
    expect(out).toMatch(/model saw +\{"text":"Refund IBAN_\w+, write to EMAIL_\w+"\}/);
    expect(out).toMatch(/model saw +\{"text":"Translate: Anna, REDACTED_EMAIL, wants her money back"\}/);
    expect(out).toContain('1 left, on scc (TIA-2026-04); 1 was refused at the border; the record is whole');
    expect(out).toMatch(/on record +\{"text":"Refund IBAN_\w+, write to EMAIL_\w+"\}/);
    expect(out).toContain('\n1 permitted, 1 denied, 1 masked, 1 held and released.\n');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.skipIf(!HAS_TERMINALS)('on a terminal waits for the decision of a person, and ends when told to', async () => {
    using demo = attended();
    await expect.poll(() => demo.out, SOON).toContain('It waits for you');
    const token = /CORDON_TOKEN=(\S+)/.exec(demo.out)?.[1] ?? '';
    const [, id = '', api = ''] = /approve (\S+) --reason "…" --api (\S+)/.exec(demo.out) ?? [];
    const denied = await cordon(['approvals', 'deny', id, '--reason', 'not this one', '--api', api], temporary, {
      CORDON_TOKEN: token,
    });
    expect(denied.code).toBe(0);
    await expect
      .poll(() => demo.out, SOON)
      .toContain('DENIED     approval_denied, by you@acme.example: not this one; nothing left');
    await expect.poll(() => demo.out, SOON).toContain('until you press Enter');
    expect(demo.out).toMatch(/REPORTED +nothing left; 1 was refused at the border/);
    const [, config = ''] = /cordon -- (report .*cordon\.yaml)/.exec(demo.out) ?? [];
    expect((await cordon(config.split(' '), temporary)).code).toBe(0);
    expect(readFileSync(join(temporary, 'report.html'), 'utf8')).toContain('Residency report: eu');
    rmSync(join(temporary, 'report.html'));
    demo.type('\r');
    expect(await demo.exited).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.skipIf(!HAS_TERMINALS)('ends on Ctrl-C in the middle, and leaves nothing', async () => {
    using demo = attended();
    await expect.poll(() => demo.out, SOON).toContain('It waits for you');
    demo.type('\u0003');
    expect(await demo.exited).toBe(0);
    expect(demo.out).toContain('Stopped; nothing is left behind.');
    expect(readdirSync(temporary)).toEqual([]);
  });
});
