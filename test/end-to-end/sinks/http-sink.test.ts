import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCa, type TestCa } from '../../support/certificates.ts';
import { startGateway, type Gateway } from '../../support/gateway.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { linesOf } from '../../support/record-files.ts';
import { ask, parrot } from '../masking/ask.ts';
import { setSecret } from '../webhooks/hook-lab.ts';
import { startRecordReceiver, type RecordReceiver } from './record-receiver.ts';

const HOST = 'api.de.lab.example';
const MAIL = 'anna@example.org';

const stack = new AsyncDisposableStack();
let ca: TestCa;
let receiver: RecordReceiver;
let lab: Lab;
let settings: Readonly<{ [key: string]: unknown }>;

beforeAll(async () => {
  ca = await createTestCa('Receivers');
  receiver = stack.use(await startRecordReceiver(ca, '127.0.10.190'));
  settings = {
    node: { place: 'DE' },
    sinks: [{ type: 'http', url: receiver.url, secret: 'hook', place: 'DE', 'alarm-after': '3s' }],
  };
  lab = stack.use(
    await startLab({
      origins: { [HOST]: { country: 'DE', handler: parrot } },
      rules: ['{ id: models, to: [api-de-lab-example], then: permit, mask: { request: [pii] }, record: content }'],
      settings,
      gateway: { trust: [ca.pem], keepDirectory: true },
    }),
  );
});
afterAll(() => stack.disposeAsync());

function recorded({ directory }: Pick<Gateway, 'directory'>, writer: string): readonly string[] {
  return linesOf(join(directory, 'data/recordings', writer));
}

async function ownWriter(): Promise<string> {
  return (await lab.gateway.waitForRecord(({ kind }) => kind === 'policy')).writer;
}

/** One exchange of the agent, which the gateway carries whatever the sink does. */
async function exchange(n: number): Promise<void> {
  const content = `{"mail":"${MAIL}","n":"${n}"}`;
  expect((await ask(lab, HOST, { content, fields: ['Content-Type: application/json'] })).status).toBe(200);
}

const isExchange = (line: string): boolean => line.includes('"subject":"lab"');

/** That the receiver has what the record has, in its order and without a gap, but for deliveries at its end. */
async function expectCopied(count: number): Promise<void> {
  await expect.poll(() => receiver.lines().filter(isExchange).length, { timeout: 20_000 }).toBe(count);
  const writer = await ownWriter();
  const copied = receiver.lines().filter((line) => line.includes(`"writer":"${writer}"`));
  expect(copied).toEqual(recorded(lab.gateway, writer).slice(0, copied.length));
}

const actions = (lines: readonly string[], action: string): number =>
  lines.filter((line) => line.includes(`"action":"${action}"`)).length;

/** That what was told of being behind has ended, and the receiver has that too. */
async function settled(): Promise<void> {
  const writer = await ownWriter();
  const open = (lines: readonly string[]): number => actions(lines, 'sink.behind') - actions(lines, 'sink.level');
  await expect.poll(() => open(recorded(lab.gateway, writer)), { timeout: 10_000 }).toBe(0);
  const level = actions(recorded(lab.gateway, writer), 'sink.level');
  await expect.poll(() => actions(receiver.lines(), 'sink.level'), { timeout: 10_000 }).toBe(level);
}

async function gauge(name: string, gateway: Gateway = lab.gateway): Promise<number> {
  const { content } = await gateway.adminAsk('/metrics');
  return Number(new RegExp(`^${name}\\{sink="sinks\\[0\\]"\\} (.*)$`, 'm').exec(content as string)?.[1]);
}

describe('an HTTP sink', () => {
  it('waits for its secret, and then gets the record as it is: signed, in order, masked', async () => {
    await exchange(1);
    await expect.poll(() => lab.gateway.stderr).toContain('sinks[0].secret: Found none: cordon secrets set hook');
    expect(receiver.batches()).toEqual([]);
    await setSecret(lab.gateway);
    await expectCopied(1);
    expect(receiver.lines().join('\n')).not.toContain(MAIL);
    await expect.poll(() => receiver.lines().join('\n')).toContain('"kind":"content"');
  });

  it('is told of its own deliveries with what comes next, and of nothing else because of them', async () => {
    await settled();
    const before = receiver.batches().length;
    await pause(3_000);
    expect(receiver.batches().length).toBeLessThanOrEqual(before + 1);
    expect(await gauge('cordon_sink_waiting_records')).toBe(0);
    await exchange(2);
    await expectCopied(2);
    expect(receiver.lines().some((line) => line.includes('"session":"sink"'))).toBe(true);
  });

  it('that takes a batch whose answer is lost gets it again under the same id', async () => {
    receiver.mood = 'cut';
    const before = receiver.batches().length;
    await exchange(3);
    await expect.poll(() => receiver.batches().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(before + 2);
    receiver.mood = 'takes';
    await expectCopied(3);
    const [first, second] = receiver.batches().slice(before);
    expect(second).toEqual(first);
  });

  it('that is down keeps nobody waiting, shows its lag, and gets everything later', async () => {
    receiver.mood = 'refuses';
    await exchange(4);
    await exchange(5);
    await expect.poll(() => gauge('cordon_sink_waiting_records'), { timeout: 10_000 }).toBeGreaterThan(3);
    expect(await gauge('cordon_sink_waiting_bytes')).toBeGreaterThan(0);
    expect(await gauge('cordon_sink_waiting_segments')).toBe(1);
    expect(await gauge('cordon_sink_lag_seconds')).toBeGreaterThan(0);
    expect(lab.gateway.stderr).toContain('A sink does not take the record');
    receiver.mood = 'takes';
    await expectCopied(5);
    await expect.poll(() => gauge('cordon_sink_lag_seconds'), { timeout: 10_000 }).toBe(0);
    await expect.poll(() => gauge('cordon_sink_waiting_segments'), { timeout: 10_000 }).toBe(0);
  });

  it('that is behind for longer than its bound is an alarm, and another one when it is level', async () => {
    const writer = await ownWriter();
    const told = (action: string): number => actions(recorded(lab.gateway, writer), action);
    await settled();
    const before = { behind: told('sink.behind'), level: told('sink.level') };
    const success = await gauge('cordon_sink_last_success_seconds');
    expect(success).toBeGreaterThan(0);
    receiver.mood = 'refuses';
    await exchange(6);
    await expect.poll(() => told('sink.behind'), { timeout: 15_000 }).toBe(before.behind + 1);
    expect(told('sink.level')).toBe(before.level);
    expect(lab.gateway.stderr).toContain('A sink is behind for longer than its alarm-after');
    expect(lab.gateway.stderr).toContain('"alarm":"sink-behind"');
    receiver.mood = 'takes';
    await expect.poll(() => told('sink.level'), { timeout: 20_000 }).toBe(before.level + 1);
    expect(told('sink.behind')).toBe(before.behind + 1);
    await expectCopied(6);
    expect(await gauge('cordon_sink_last_success_seconds')).toBeGreaterThan(success);
  }, 60_000);

  it('goes on after a restart where it was, though it is still down then, with the batch that was on its way under its id', async () => {
    receiver.mood = 'refuses';
    const before = receiver.batches().length;
    await exchange(7);
    await expect.poll(() => receiver.batches().length, { timeout: 10_000 }).toBeGreaterThan(before);
    const writer = await ownWriter();
    const [refused] = receiver.batches().slice(before);
    lab.gateway.signal('SIGKILL');
    await lab.gateway.exited;
    const { directory } = lab.gateway;
    await using again = await startGateway({
      rules: lab.policy(['{ id: models, to: [api-de-lab-example], then: permit }']),
      dns: lab.dns.address,
      trust: [lab.ca.pem, ca.pem],
      settings,
      directory,
    });
    await again.waitForRecord(({ kind }) => kind === 'policy');
    await expect.poll(() => gauge('cordon_sink_lag_seconds', again), { timeout: 10_000 }).toBeGreaterThan(0);
    expect(await gauge('cordon_sink_waiting_bytes', again)).toBeGreaterThan(0);
    expect(await gauge('cordon_sink_last_success_seconds', again)).toBe(0);
    receiver.mood = 'takes';
    const hasAll = (): boolean => receiver.lines().filter(isExchange).length === 7;
    await expect.poll(hasAll, { timeout: 20_000 }).toBe(true);
    expect(receiver.batches().filter(({ id }) => id === refused!.id)).toEqual(
      expect.arrayContaining([refused, refused]) as unknown,
    );
    const copied = receiver.lines().filter((line) => line.includes(`"writer":"${writer}"`));
    expect(copied).toEqual(recorded(again, writer).slice(0, copied.length));
  }, 60_000);
});
