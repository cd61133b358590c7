import { spawn, type ChildProcess } from 'node:child_process';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reading } from '../../../src/cli/top/reading.ts';
import { ask, parrot } from '../../end-to-end/masking/ask.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { HAS_TERMINALS, TerminalProcess } from '../../support/terminal-process.ts';
import { cordon } from '../cordon.ts';

const ENTRY = fileURLToPath(new URL('../../../scripts/cordon.mjs', import.meta.url));
const OPEN = 'open.de.lab.example';
const HELD = 'held.de.lab.example';
const SOON = { timeout: 15_000 };
// oxlint-disable-next-line no-control-regex -- Colours begin with it.
const COLOUR = /\u001B\[[\d;]*m/;

let lab: Lab;
let token: string;
let relay: Relay;

/** Stands between, so that the gateway can go away and come back. */
class Relay {
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #to: number;
  port = 0;

  constructor(to: number) {
    this.#to = to;
  }

  async open(): Promise<void> {
    this.#server = createServer((inside) => {
      const outside = connect(this.#to, '127.0.0.1');
      for (const socket of [inside, outside]) this.#sockets.add(socket.on('error', () => {}));
      inside.pipe(outside).pipe(inside);
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.port, '127.0.0.1', resolve));
    ({ port: this.port } = this.#server.address() as AddressInfo);
  }

  close(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

beforeAll(async () => {
  lab = await startLab({
    origins: { [OPEN]: { country: 'DE', handler: parrot }, [HELD]: { country: 'DE', handler: parrot } },
    rules: [
      '{ id: open, to: [open-de-lab-example], then: permit, limits: [{ requests: 100, every: 1h }] }',
      '{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy] } }',
    ],
  });
  token = await lab.gateway.adminToken();
  relay = new Relay(lab.gateway.admin.port);
  await relay.open();
});
afterAll(async () => {
  relay.close();
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const json = ['Content-Type: application/json'];
/** One that passes, one that is refused, one that waits. */
async function traffic(): Promise<void> {
  await ask(lab, OPEN, { content: '{}', fields: json });
  await ask(lab, HELD, { content: '{"n":1}', fields: [...json, 'Cordon-Prefer: respond-async'] });
  await using refused = await lab.connect();
  refused.send('GET http://elsewhere.example/ HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n');
  await refused.response();
}

const api = (): readonly string[] => ['--api', `http://127.0.0.1:${relay.port}`];

function once(...args: readonly string[]): ReturnType<typeof cordon> {
  return cordon(['top', '--once', '--every', '1s', ...api(), ...args], lab.gateway.directory, { CORDON_TOKEN: token });
}

function start(...args: readonly string[]): {
  readonly child: ChildProcess;
  readonly lines: () => readonly string[];
  readonly err: () => string;
} {
  const child = spawn(process.execPath, [ENTRY, 'top', '--every', '1s', ...api(), ...args], {
    cwd: lab.gateway.directory,
    env: { PATH: process.env['PATH'], CORDON_TOKEN: token },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return { child, lines: () => out.split('\n').slice(0, -1), err: () => err };
}

const exited = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => void child.once('close', (code) => resolve(code)));

function onTerminal(env: Readonly<Record<string, string>> = {}, tellsModes = false): TerminalProcess {
  const argv = [ENTRY, 'top', '--every', '1s', ...api()];
  return new TerminalProcess(argv, lab.gateway.directory, { CORDON_TOKEN: token, ...env }, tellsModes);
}

describe('cordon top', () => {
  it('--json prints an object a line, through an end and a new beginning of the gateway; Ctrl-C ends it with 0', async () => {
    const top = start('--json');
    const readings = (): readonly Reading[] => top.lines().map((line) => JSON.parse(line) as Reading);
    const saw = (isIt: (reading: Reading) => boolean) => expect.poll(() => readings().some(isIt), SOON).toBe(true);
    await saw(() => true);
    await traffic();
    await saw(({ perSecond }) => perSecond.permit > 0);
    await saw(({ perSecond }) => perSecond.hold > 0);
    await saw(({ perSecond }) => (perSecond.codes['no_rule'] ?? 0) > 0);
    await saw(
      ({ busiest }) =>
        busiest?.agents.some(({ name, permit, hold, deny }) => name === 'lab' && permit * hold * deny === 1) === true,
    );
    expect(readings().at(-1)).toMatchObject({
      gateway: `http://127.0.0.1:${relay.port}`,
      ready: true,
      pending: { count: 1, isMore: false },
      limits: [{ name: 'open', agent: 'lab', used: 1, most: 100 }],
      workers: [{ id: '1', state: 'ready' }],
      problems: [],
    });
    const last = readings().at(-1);
    expect(last?.busiest?.destinations.map(({ name }) => name)).toContain(lab.authority(OPEN));
    expect(last?.process.residentBytes).toBeGreaterThan(20 * 1024 ** 2);
    expect(last?.process.eventLoopDelaySeconds).toBeGreaterThan(0);
    expect(last?.tables?.length).toBeGreaterThan(0);
    relay.close();
    await expect.poll(top.err, SOON).toMatch(/^cordon: the gateway at \S+ does not answer; asking again\n$/);
    const before = readings().length;
    await relay.open();
    await expect.poll(() => readings().length, SOON).toBeGreaterThan(before);
    const end = exited(top.child);
    top.child.kill('SIGINT');
    expect(await end).toBe(0);
  });

  it('--once prints one frame, without colours where nobody looks', async () => {
    const { code, out, err } = await once();
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^cordon top {2}http:\/\/127\.0\.0\.1:\d+ {2}ready/);
    expect(out).toContain('held 1');
    expect(out).toMatch(/^rule open +lab +1 \(1 %\) +100 requests +1h$/m);
    expect(out).not.toMatch(COLOUR);
    expect(out.match(/cordon top/g)).toHaveLength(1);
  });

  it.skipIf(!HAS_TERMINALS)('draws in place, follows the size of the terminal, and leaves it as it was', async () => {
    using top = onTerminal({}, true);
    await expect.poll(() => top.screen, SOON).toContain('rule open');
    expect(top.screen).toMatch(COLOUR);
    await expect.poll(() => top.out.split('\u001B[H').length, SOON).toBeGreaterThan(3);
    // Nothing is cleared before it is written again.
    expect(top.out).not.toContain('\u001B[2J');
    top.type('q');
    expect(await top.exited).toBe(0);
    const lines = top.out.split('\r\n').filter((line) => line !== '');
    expect(top.out).toContain('\u001B[?7h\u001B[?25h\u001B[?1049l');
    expect(lines.at(-1)?.replace(/^.*\[\?1049l/, '')).toBe(lines[0]);
  });

  it.skipIf(!HAS_TERMINALS)('on a terminal says that a gateway went away; NO_COLOR is heeded, Ctrl-C ends it', async () => {
    using top = onTerminal({ NO_COLOR: '1' });
    await expect.poll(() => top.screen, SOON).toContain('AGENT OF THE NEWEST');
    top.resize(5, 30);
    await expect.poll(() => top.screen.split('\r\n').length, SOON).toBe(5);
    relay.close();
    top.resize(40, 160);
    await expect.poll(() => top.screen, SOON).toContain('does not answer for');
    await relay.open();
    await expect.poll(() => top.screen, SOON).toContain('  ready  ');
    top.type('\u0003');
    expect(await top.exited).toBe(0);
    expect(top.out).not.toMatch(COLOUR);
    expect(top.out.endsWith('\u001B[?1049l')).toBe(true);
  });

  it('ends at once where nobody is there, or does not let it in', async () => {
    const nobody = ['top', '--once', '--api', 'http://127.0.0.1:9'];
    expect((await cordon(nobody, lab.gateway.directory, { CORDON_TOKEN: token })).code).toBe(3);
    const unknown = `cdp_${'0'.repeat(20)}.${'A'.repeat(43)}`;
    expect((await cordon(['top', '--once', ...api()], lab.gateway.directory, { CORDON_TOKEN: unknown })).code).toBe(2);
    expect(await once('--every', '10ms')).toMatchObject({ code: 2, err: expect.stringContaining('expected 1s') as string });
  });
});
