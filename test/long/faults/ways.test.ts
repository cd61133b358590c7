import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setSecret } from '../../end-to-end/webhooks/hook-lab.ts';
import { startRecordReceiver, type RecordReceiver } from '../../end-to-end/sinks/record-receiver.ts';
import { createTestCa } from '../../support/certificates.ts';
import type { Lab } from '../../support/lab.ts';
import type { OriginRequest } from '../../support/origin.ts';
import { expectSurvived, type Fault } from './fault-case.ts';
import { answered, startFaultLab } from './fault-lab.ts';
import { breakNetwork, HAS_OWN_NETWORK, mendNetwork } from './network.ts';
import { BROKEN, DE, US, type Traffic } from './traffic.ts';

/** Whatever goes to the origin: both agents that a rule permits. */
const toOrigin = (...answers: readonly string[]): Pick<Fault, 'mayAnswer' | 'mustAnswer'> => ({
  mayAnswer: { address: answers, token: answers },
  mustAnswer: { address: answers[0]! },
});
/** Whatever needs the name of the origin: a hold is queued for a place. */
const byName = (...answers: readonly string[]): Pick<Fault, 'mayAnswer' | 'mustAnswer'> => ({
  mayAnswer: { address: answers, token: answers, held: answers, abroad: answers },
  mustAnswer: { address: answers[0]! },
});

/** What was looked up is kept for five seconds at least. */
const LOOKED_UP_AGAIN_MS = 8_000;

const stack = new AsyncDisposableStack();
let lab: Lab;
let traffic: Traffic;
let sink: RecordReceiver;
/** How the origin at home answers just now. */
let behaviour: 'well' | 'late' | 'reset' | 'half' = 'well';

function answer({ connection }: OriginRequest): void {
  const text = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  if (behaviour === 'reset') return connection.reset();
  if (behaviour === 'half') return void connection.socket.write('HTTP/1.1 200 O', () => connection.reset());
  setTimeout(() => connection.socket.write(text), behaviour === 'late' ? 1_500 : 0);
}

beforeAll(async () => {
  const ca = await createTestCa('Receivers');
  sink = stack.use(await startRecordReceiver(ca, '127.0.10.190'));
  [lab, traffic] = await startFaultLab({
    handler: { onRequest: answer },
    settings: { sinks: [{ type: 'http', url: sink.url, secret: 'hook', place: 'DE' }] },
    gateway: { trust: [ca.pem] },
  });
  stack.use(lab);
  await setSecret(lab.gateway);
}, 120_000);
afterAll(() => stack.disposeAsync());

describe('an origin', () => {
  const behave = (as: typeof behaviour) => () => void (behaviour = as);

  it('that is slow', async () => {
    await expectSurvived(lab, traffic, {
      name: 'origin: 1.5 s until it answers',
      inflict: behave('late'),
      mend: behave('well'),
    });
  });

  it('that resets connections', async () => {
    await expectSurvived(lab, traffic, {
      name: 'origin: resets instead of answering',
      inflict: behave('reset'),
      mend: behave('well'),
      ...toOrigin('502 origin_protocol', '502 connect_failed'),
    });
  });

  it('that resets in the middle of its status line', async () => {
    await expectSurvived(lab, traffic, {
      name: 'origin: resets in the middle of a status line',
      inflict: behave('half'),
      mend: behave('well'),
      ...toOrigin('502 origin_protocol', '502 connect_failed'),
    });
  });
});

describe('a name server', () => {
  it('that lies of an origin at home: abroad, ourselves, metadata', async () => {
    const { address } = lab.origin(DE);
    const lies: readonly (readonly [string, string, string])[] = [
      ['the address of the origin abroad', lab.origin(US).address, '403 private_address'],
      ['the address of the gateway', '127.0.0.1', '403 private_address'],
      ['the address of the cloud’s metadata', '169.254.169.254', '403 metadata_address'],
    ];
    for (const [what, lie, told] of lies) {
      await expectSurvived(lab, traffic, {
        name: `name server: lies, ${what}`,
        inflict: () => lab.dns.script(DE, answered(lie)),
        mend: () => lab.dns.script(DE, answered(address)),
        milliseconds: LOOKED_UP_AGAIN_MS,
        ...byName(told),
      });
    }
  });

  it('that refuses to answer', async () => {
    const { address } = lab.origin(DE);
    await expectSurvived(lab, traffic, {
      name: 'name server: SERVFAIL',
      inflict: () => lab.dns.script(DE, { rcode: 'SERVFAIL' }),
      mend: () => lab.dns.script(DE, answered(address)),
      milliseconds: LOOKED_UP_AGAIN_MS,
      ...byName('502 dns_failed'),
    });
  });
});

describe('a sink', () => {
  const isExchange = (line: string): boolean => line.includes('"kind":"decision"') && /"subject":"(machine|bot)"/.test(line);

  it('that refuses, and gets all of it later', async () => {
    await expectSurvived(lab, traffic, {
      name: 'sink: answers 503',
      inflict: () => void (sink.mood = 'refuses'),
      mend: () => void (sink.mood = 'takes'),
    });
    const recorded = (await lab.gateway.records()).filter((each) => isExchange(JSON.stringify(each)));
    expect(recorded.length).toBeGreaterThan(100);
    await expect.poll(() => sink.lines().filter(isExchange).length, { timeout: 90_000 }).toBe(recorded.length);
  });
});

describe.skipIf(!HAS_OWN_NETWORK)('a network (skipped without `npm run faults`)', () => {
  const server = () => ({ address: '127.0.0.1', port: Number(lab.dns.address.split(':')[1]) });

  it('without its name server', async () => {
    await expectSurvived(lab, traffic, {
      name: 'name server: dead, packets dropped',
      inflict: () => breakNetwork('drop', server()),
      mend: mendNetwork,
      milliseconds: LOOKED_UP_AGAIN_MS,
      ...byName('504 dns_timeout', '502 dns_failed'),
    });
  });

  it('in which the origin is gone without a word', async () => {
    await expectSurvived(lab, traffic, {
      name: 'origin: half-open, packets dropped, connections forgotten',
      inflict: () => breakNetwork('drop', lab.origin(DE)),
      mend: () => {
        // It has started anew meanwhile: what the gateway still holds open it knows nothing of.
        for (const connection of lab.origin(DE).connections) connection.socket.destroy();
        mendNetwork();
      },
      // Clients on kept connections give up after 20 s, and their next requests dial for 10 s.
      milliseconds: 35_000,
      ...toOrigin('504 connect_timeout', '502 origin_protocol', BROKEN),
    });
  });

  it('that loses packets', async () => {
    await expectSurvived(lab, traffic, {
      name: 'network: a fifth of all packets to and from the gateway lost',
      inflict: () => breakNetwork({ loss: 20 }, lab.gateway.proxy),
      mend: mendNetwork,
      milliseconds: 10_000,
    });
    await expectSurvived(lab, traffic, {
      name: 'network: a fifth of all packets to and from the origin lost',
      inflict: () => breakNetwork({ loss: 20 }, lab.origin(DE)),
      mend: mendNetwork,
      milliseconds: 10_000,
      ...toOrigin('200', '504 connect_timeout'),
    });
  });
});
