import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../support/lab.ts';
import { BYTE_ECHO } from '../support/origin-scripts.ts';
import { openTunnel, tlsOver } from '../support/tunnel-client.ts';
import { expectRefused, expectUntouched, recordedFrom } from './attacks/refused.ts';

const SLOW = 'slow.us.lab.example';
const ENDING = 'ending.us.lab.example';
/** How long the name server takes to answer for {@link SLOW}. */
const ANSWER_MS = 600;

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    agents: [{ id: 'lab', home: 'any', identify: [{ cidr: ['127.0.0.0/8'] }] }],
    origins: {
      [SLOW]: { country: 'US' },
      [ENDING]: { country: 'US', tls: 'good', handler: BYTE_ECHO },
    },
    rules: RULES,
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const RULES = [
  '{ id: slow, to: [slow-us-lab-example], then: permit }',
  '{ id: ending, to: [ending-us-lab-example], inspect: false, then: permit }',
];

/** The policy with another home for the one agent. */
function athome(home: string, rules = RULES): Readonly<{ [file: string]: string }> {
  const files = lab.policy(rules);
  return { ...files, 'lab.yaml': (files['lab.yaml'] ?? '').replace('home: any', `home: ${home}`) };
}

describe('what changes while an exchange waits', () => {
  it('a name is being looked up: home, places and rules are those in force when the answer comes', async () => {
    lab.dns.script(SLOW, { addresses: [lab.origin(SLOW).address], delay: ANSWER_MS, ttl: 0 });
    await using client = await lab.connect('127.0.96.1');
    client.send(`GET http://${lab.authority(SLOW)}/ HTTP/1.1\r\nHost: ${lab.authority(SLOW)}\r\n\r\n`);
    await pause(50);
    expect((await lab.gateway.reload(athome('eu'))).change).toBe('loaded');
    const { decision } = await expectRefused(lab.gateway, await client.response(), { status: 403, code: 'outside_home' });
    expect(decision.home).toBe('eu');
    expectUntouched(lab.origin(SLOW));
    await lab.gateway.reload(athome('any'));
  });

  it('a transfer ends between the CONNECT and the ClientHello: nothing is dialled', async () => {
    const from = '127.0.96.2';
    const ends = new Date(Date.now() + 3_000).toISOString();
    const transfer = `{ to: [US], basis: scc, reference: TIA, until: ${ends} }`;
    const rule = `{ id: ending, to: [ending-us-lab-example], inspect: false, then: permit, transfer: ${transfer} }`;
    expect((await lab.gateway.reload(athome('eu', [rule]))).change).toBe('loaded');
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(ENDING), { from });
    expect(tunnel.answer.status).toBe(200);
    await pause(4_000);
    const socket = tunnel.connection.release();
    await expect(tlsOver(socket, lab.authority(ENDING), { ca: lab.ca.pem })).rejects.toThrow();
    const { outcome } = await recordedFrom(lab.gateway, from);
    expect(outcome).toMatchObject({ code: 'outside_home' });
    expect(outcome.dialled).toBeUndefined();
    expectUntouched(lab.origin(ENDING));
  });
});
