import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import type { RawConnection } from '../../support/raw-client.ts';
import { nextClient } from './attempts.ts';
import { MALFORMED_REQUESTS, type MalformedRequest } from './malformed-requests.ts';
import { expectRefused, expectUntouched } from './refused.ts';

const PLAIN = 'plain.de.lab.example';
const SECURE = 'secure.de.lab.example';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: { [PLAIN]: { country: 'DE' }, [SECURE]: { country: 'DE', tls: 'good' } },
    rules: ['{ id: germany, to: [plain-de-lab-example, secure-de-lab-example], then: permit }'],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

interface Entrance {
  readonly origin: string;
  readonly scheme: string;
  open(from: string): Promise<RawConnection>;
}

const ENTRANCES = {
  proxy: { origin: PLAIN, scheme: 'http://', open: (from) => lab.connect(from) },
  tunnel: { origin: SECURE, scheme: '', open: (from) => lab.https(SECURE, { from }) },
} satisfies Record<string, Entrance>;

async function expectAnswered(
  { bytes, status = 400, code = 'malformed_request' }: MalformedRequest,
  entrance: Entrance,
): Promise<void> {
  const from = nextClient();
  const host = lab.authority(entrance.origin);
  await using client = await entrance.open(from);
  client.send(bytes(entrance.scheme === '' ? '/x' : `${entrance.scheme}${host}/x`, host));
  const answer = await client.response();
  const { decision } = await expectRefused(lab.gateway, answer, { status, code });
  expect(decision.client).toBe(from);
  expect(answer.content.toString()).not.toContain('own-secret');
  expect(await client.rest()).toBe('');
  expectUntouched(lab.origin(entrance.origin));
}

describe.each(['proxy', 'tunnel'] as const)('a malformed request to the %s', (entrance) => {
  const cases = MALFORMED_REQUESTS.filter(({ only }) => only === undefined || only === entrance);
  it.each(cases.map((attack) => [`${attack.id} ${attack.title}`, attack] as const))('%s', async (_title, attack) => {
    await expectAnswered(attack, ENTRANCES[entrance]);
  });
});
