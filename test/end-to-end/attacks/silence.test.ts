import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import { openTunnel } from '../../support/tunnel-client.ts';
import { attempt } from './attempts.ts';
import { expectRefused, expectUntouched, recordedFrom } from './refused.ts';

// Cases that wait for a clock of the gateway; they wait together.

const OPAQUE = 'opaque.de.lab.example';
const MOVED_TO = 'moved.us.lab.example';
const MOVING = 'moves.lab.example';

/** How long a client of an opaque tunnel may be silent. */
const HELLO_TIMEOUT_MS = 10_000;
/** What the laboratory gives a whole look-up. */
const DNS_TIMEOUT_MS = 2_000;
/** An answer is kept for at least this long, whatever its TTL. */
const LEAST_LIFE_MS = 5_000;

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: { [OPAQUE]: { country: 'DE' }, [MOVED_TO]: { country: 'US' } },
    rules: [
      '{ id: opaque, to: [opaque-de-lab-example], inspect: false, then: permit }',
      '{ id: names, to: { hosts: ["*.lab.example"], ports: [80] }, then: permit }',
    ],
    dns: {
      [MOVING]: { A: [{ addresses: ['127.0.10.200'], ttl: 1 }, { addresses: ['127.0.20.200'] }], AAAA: {} },
      'silent.lab.example': { drop: true },
      'slow.lab.example': { addresses: ['127.0.10.1'], delay: 30_000 },
    },
    settings: {
      geo: {
        overrides: [
          { cidr: '127.0.10.0/24', place: 'DE', basis: 'laboratory' },
          { cidr: '127.0.20.0/24', place: 'US', basis: 'laboratory' },
        ],
      },
    },
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

describe.concurrent('silence and time', () => {
  it('TLS-09 a client that never speaks is let go after ten seconds, and nothing was dialled for it', async () => {
    const from = '127.0.97.1';
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(OPAQUE), { from });
    const since = performance.now();
    expect(await tunnel.connection.rest(HELLO_TIMEOUT_MS + 2_000)).toBe('');
    expect(performance.now() - since).toBeGreaterThan(HELLO_TIMEOUT_MS - 500);
    const { outcome } = await recordedFrom(lab.gateway, from);
    expect(outcome).toMatchObject({ code: 'protocol_not_allowed' });
    expectUntouched(lab.origin(OPAQUE));
  });

  it.each(['silent.lab.example', 'slow.lab.example'])('DNS-06 %s: an answer within the timeout of look-ups', async (name) => {
    const since = performance.now();
    await expectRefused(lab.gateway, await attempt(lab, 'absolute-form', name), { status: 504, code: 'dns_timeout' });
    expect(performance.now() - since).toBeLessThan(DNS_TIMEOUT_MS + 1_000);
  });

  it('DNS-13 an answer is kept no longer than its time: a name that moved is judged where it is now', async () => {
    const places = async (): Promise<unknown> => {
      const answer = await attempt(lab, 'absolute-form', MOVING);
      return (JSON.parse(answer.content.toString()) as { place?: string }).place;
    };
    expect(await places()).toBe('DE');
    // Its TTL is one second.
    await pause(LEAST_LIFE_MS + 100);
    expect(await places()).toBe('US');
    expect(lab.dns.queries.filter(({ name, type }) => name === MOVING && type === 'A')).toHaveLength(2);
    expectUntouched(lab.origin(MOVED_TO));
  });
});
