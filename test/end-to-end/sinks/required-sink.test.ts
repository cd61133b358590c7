import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../support/free-port.ts';
import { RawConnection } from '../../support/raw-client.ts';
import { createTestCa, type TestCa } from '../../support/certificates.ts';
import { startGateway, type Gateway } from '../../support/gateway.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { linesOf } from '../../support/record-files.ts';
import { ask, parrot } from '../masking/ask.ts';
import { setSecret } from '../webhooks/hook-lab.ts';
import { startRecordReceiver, type RecordReceiver } from './record-receiver.ts';

const HOST = 'api.de.lab.example';
const RULES = ['{ id: models, to: [api-de-lab-example], then: permit }'];

const stack = new AsyncDisposableStack();
let ca: TestCa;
let receiver: RecordReceiver;
let lab: Lab;
let settings: Readonly<{ [key: string]: unknown }>;

beforeAll(async () => {
  ca = await createTestCa('Receivers');
  receiver = stack.use(await startRecordReceiver(ca, '127.0.10.191'));
  const sink = { type: 'http', url: receiver.url, secret: 'hook', place: 'DE', required: true, 'most-behind': '4s' };
  settings = { node: { place: 'DE' }, sinks: [sink] };
  lab = stack.use(
    await startLab({
      origins: { [HOST]: { country: 'DE', handler: parrot } },
      rules: RULES,
      settings,
      gateway: { trust: [ca.pem], keepDirectory: true },
    }),
  );
  await setSecret(lab.gateway);
});
afterAll(() => stack.disposeAsync());

const statusOf = async (target = '/x'): Promise<number> => (await ask(lab, HOST, { target })).status;
const readiness = async (gateway: Gateway): Promise<number> => (await gateway.adminAsk('/readyz')).status;
const reached = (): number => lab.origin(HOST).requests.length;

describe('a required sink', () => {
  it('that is further behind than its bound has new exchanges refused, on the record, until it has caught up', async () => {
    await expect.poll(() => statusOf(), { timeout: 15_000 }).toBe(200);
    receiver.mood = 'refuses';
    expect(await statusOf()).toBe(200);
    await expect.poll(() => statusOf(), { timeout: 15_000 }).toBe(503);

    const before = reached();
    const answer = await ask(lab, HOST, { target: '/refused' });
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.content.toString('utf8'))).toMatchObject({ code: 'audit_unavailable' });
    expect(reached()).toBe(before);
    const denied = await lab.gateway.waitForRecord(
      (event) =>
        event.kind === 'decision' && event.code === 'audit_unavailable' && event.reason?.includes(' s behind') === true,
    );
    expect(denied).toMatchObject({ decision: 'deny', subject: 'lab' });
    expect(denied.kind === 'decision' && denied.reason).toMatch(
      /^sinks\[0\]: The sink is \d+ s behind, more than its most-behind$/,
    );
    expect(await readiness(lab.gateway)).toBe(503);

    receiver.mood = 'takes';
    await expect.poll(() => statusOf('/again'), { timeout: 20_000 }).toBe(200);
    expect(await readiness(lab.gateway)).toBe(200);
    const copied = (): readonly string[] => receiver.lines().filter((line) => line.includes(`"writer":"${denied.writer}"`));
    await expect.poll(() => copied().join('\n'), { timeout: 15_000 }).toContain('/again');
    const recorded = linesOf(join(lab.gateway.directory, 'data/recordings', denied.writer));
    expect(copied()).toEqual(recorded.slice(0, copied().length));
  }, 60_000);

  it('that is down at the start and behind from before has nothing pass', async () => {
    receiver.mood = 'refuses';
    await expect.poll(() => statusOf('/late'), { timeout: 15_000 }).toBe(503);
    lab.gateway.signal('SIGKILL');
    await lab.gateway.exited;
    const before = reached();
    const port = await freePort();
    const starting = startGateway({
      rules: lab.policy(RULES),
      dns: lab.dns.address,
      trust: [lab.ca.pem, ca.pem],
      settings,
      directory: lab.gateway.directory,
      listeners: [{ address: `127.0.0.1:${port}` }],
    });
    const at = { ...lab, connect: () => RawConnection.open({ address: '127.0.0.1', port }) };
    const answered = async (): Promise<number> => (await ask(at, HOST).catch(() => undefined))?.status ?? 0;
    // Not one is let through, however early it comes.
    const statuses = new Set<number>();
    const refusedBefore = receiver.batches().length;
    for (const end = performance.now() + 20_000; performance.now() < end;) {
      statuses.add(await answered());
      if (statuses.has(503) && receiver.batches().length > refusedBefore) break;
    }
    expect(statuses).toEqual(new Set([0, 503]));
    receiver.mood = 'takes';
    await using again = await starting;
    expect(await readiness(again)).toBe(200);
    expect(reached()).toBe(before);
    expect(await answered()).toBe(200);
  }, 60_000);
});
