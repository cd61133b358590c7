import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApprovalSummary } from '../../../src/admin/contract/approvals.ts';
import { startHeldLab, type HeldLab } from './held-lab.ts';
import { HAS_TERMINALS } from '../../support/terminal-process.ts';
import { WatchProcess, watchOnTerminal } from './watching.ts';

const SOON = { timeout: 10_000 };

let held: HeldLab;
let paul: string;
let cwd: string;

beforeAll(async () => {
  held = await startHeldLab();
  paul = await held.token('paul@acme.example', 'approver', ['privacy']);
  cwd = held.lab.gateway.directory;
});
afterAll(async () => {
  await (held as HeldLab | undefined)?.[Symbol.asyncDispose]();
});

const deny = (id: string) => held.as(paul, 'approvals', 'deny', id, '--reason', 'no\u001B[2J');

describe('cordon approvals watch', () => {
  it('prints a line for what waits, and for each change; Ctrl-C ends it with 0', async () => {
    const before = await held.hold('{"n":"before"}');
    using watch = new WatchProcess(cwd, paul);
    await expect.poll(() => watch.lines, SOON).toHaveLength(1);
    const after = await held.hold('{"n":"after"}');
    await expect.poll(() => watch.lines, SOON).toHaveLength(2);
    await deny(before);
    await expect.poll(() => watch.lines, SOON).toHaveLength(3);
    expect(watch.lines).toEqual([
      expect.stringMatching(
        `^\\S+Z  pending   ${before}  lab  POST http://held.*  DE  held \\(privacy\\)  found: nothing  ends in `,
      ),
      expect.stringMatching(`^\\S+Z  pending   ${after}  `),
      expect.stringMatching(`^\\S+Z  denied    ${before}  lab  POST http.*  by paul@acme.example: no\\\\u001b\\[2J$`),
    ]);
    watch.signal('SIGINT');
    expect([await watch.exited, watch.err]).toEqual([0, '']);
    await deny(after);
  });

  it('prints JSON lines with --json, and ends when nobody reads them', async () => {
    using watch = new WatchProcess(cwd, paul, ['--json']);
    const id = await held.hold('{"n":"json"}');
    await expect.poll(() => watch.lines, SOON).toHaveLength(1);
    expect(JSON.parse(watch.lines[0] ?? '') as ApprovalSummary).toMatchObject({ id, state: 'pending', agent: 'lab' });
    watch.stopReading();
    await deny(id);
    expect(await watch.exited).toBe(0);
  });

  it('ends with 2 or 3 at once where it is not let in, or nobody is there', async () => {
    const { code } = await held.as(`cdp_${'0'.repeat(20)}.${'A'.repeat(43)}`, 'approvals', 'watch');
    expect(code).toBe(2);
    expect((await held.as(paul, 'approvals', 'watch', '--patience', 'long')).code).toBe(2);
  });

  it.skipIf(!HAS_TERMINALS)('on a terminal shows what waits, and takes a decision with its reason', async () => {
    const content = `{"to":"anna@example.org","x":"\u202E${' '.repeat(300)}PENDING"}`;
    const id = await held.hold(content);
    using watch = watchOnTerminal(cwd, paul);
    await expect.poll(() => watch.screen, SOON).toMatch(new RegExp(`> ${id.slice(0, 13)} +pending`));
    watch.type('\r');
    await expect.poll(() => watch.screen, SOON).toContain('|  {"to":"REDACTED_EMAIL","x":"\\u202e');
    // Where the terminal would have begun a row with it, it goes on behind a sign.
    expect(watch.screen).toMatch(/ {2}: {2} *PENDING"}/);
    expect(watch.screen).not.toContain('\u202E');
    watch.type('a');
    await expect.poll(() => watch.screen, SOON).toContain(`Approve ${id}`);
    watch.type('fine, Zoë');
    await expect.poll(() => watch.screen, SOON).toContain('Reason: fine, Zoë_');
    watch.type('\r');
    await expect.poll(() => watch.screen, SOON).toContain(`approved ${id}: it passes once`);
    await expect.poll(() => watch.screen, SOON).toContain('nothing waits');
    expect(await held.again(content)).toBe(200);
    const next = await held.hold('{"n":"live"}');
    await expect.poll(() => watch.screen, SOON).toContain(next.slice(0, 13));
    watch.type('\u0003');
    expect(await watch.exited).toBe(0);
    expect(watch.screen.endsWith('\u001B[?1049l')).toBe(true);
  });

  it('ends with 3 when the gateway goes away and does not come back', async () => {
    await using other = await startHeldLab();
    const token = await other.token('paul@acme.example', 'approver', ['privacy']);
    using watch = new WatchProcess(other.lab.gateway.directory, token, ['--patience', '1s']);
    const id = await other.hold('{"n":1}');
    await expect.poll(() => watch.lines, SOON).toEqual([expect.stringContaining(id)]);
    await other.lab.gateway.stop();
    expect(await watch.exited).toBe(3);
    expect(watch.err).toMatch(
      /does not answer; asking again\n.* went away and did not come back within 1s: start it, then watch again\n$/,
    );
  });
});
