import { join } from 'node:path';
import { expect } from 'vitest';
import type { ApprovalsAnswer } from '../../../src/admin/contract/approvals.ts';
import { cordon } from '../../cli/cordon.ts';
import type { TestCa } from '../../support/certificates.ts';
import type { Gateway } from '../../support/gateway.ts';
import { startLab, type Lab, type LabOptions } from '../../support/lab.ts';
import { ask, type Asked, parrot } from '../masking/ask.ts';
import { SECRET, type Receiver } from './receiver.ts';

export const HELD = 'held.de.lab.example';
/** In everything that a person or an agent may write. */
export const CANARY = 'canary4711';

const EVENTS = ['approval.pending', 'approval.approved', 'approval.denied', 'approval.expired', 'approval.passed'];

export interface HookOptions {
  readonly ca: TestCa;
  readonly receivers: readonly Pick<Receiver, 'url'>[];
  readonly events?: readonly string[];
  readonly settings?: LabOptions['settings'];
  readonly gateway?: LabOptions['gateway'];
  readonly expires?: string;
  readonly dns?: LabOptions['dns'];
}

/** The laboratory with a rule that holds, and webhooks that have no secret yet. */
export function startHookLab({
  ca,
  receivers,
  events = EVENTS,
  settings,
  gateway,
  dns,
  expires = '30m',
}: HookOptions): Promise<Lab> {
  return startLab({
    origins: { [HELD]: { country: 'DE', handler: parrot } },
    rules: [`{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 2s, expires: ${expires} } }`],
    settings: hookSettings(receivers, events, settings),
    gateway: { trust: [ca.pem], ...gateway },
    ...(dns !== undefined && { dns }),
  });
}

export function hookSettings(
  receivers: readonly Pick<Receiver, 'url'>[],
  events: readonly string[] = EVENTS,
  settings: LabOptions['settings'] = {},
): NonNullable<LabOptions['settings']> {
  return {
    node: { place: 'DE' },
    webhooks: receivers.map(({ url }) => ({ url, secret: 'hook', place: 'DE', events })),
    ...settings,
  };
}

/** As an operator does it. */
export async function setSecret({ directory }: Pick<Gateway, 'directory'>): Promise<void> {
  const args = ['--config', join(directory, 'cordon.yaml'), 'secrets', 'set', 'hook'];
  expect(await cordon(args, directory, {}, `${SECRET}\n`)).toEqual({ code: 0, out: 'set hook\n', err: '' });
}

/** With the canary in everything that an agent may write, and among what a chat or a terminal would make something of. */
function asked(n: number | string): Asked {
  const planted = `<!channel|${CANARY}> [x](https://${CANARY}.example) \u009b2J`;
  return {
    target: `/${CANARY}?${CANARY}=${CANARY}`,
    content: JSON.stringify({ [CANARY]: n, planted }),
    fields: [
      'Content-Type: application/json',
      'Cordon-Prefer: respond-async',
      `Cordon-Session: ${CANARY}`,
      `Cordon-Reason: ${planted}`,
      `X-Amz-Target: ${planted}`,
    ],
  };
}

/** Has a request held, without waiting for it, and gives the id of its approval. */
export async function hold(lab: Lab, n: number | string): Promise<string> {
  const answer = await ask(lab, HELD, asked(n));
  expect(answer.status).toBe(503);
  const listed = await lab.gateway.adminGet('/v1/approvals?state=pending&limit=1');
  return (listed.content as ApprovalsAnswer).items[0]!.id;
}

/** The same request again: it passes where it was approved. */
export async function again(lab: Lab, n: number | string): Promise<number> {
  return (await ask(lab, HELD, asked(n))).status;
}

export async function approverToken({ gateway }: Lab): Promise<string> {
  const { content } = await gateway.adminAsk('/v1/tokens', {
    json: { person: 'paul@acme.example', role: 'approver', groups: ['privacy'] },
    headers: { authorization: `Bearer ${await gateway.adminToken()}` },
  });
  return (content as { token: string }).token;
}

export async function decide({ gateway }: Lab, token: string, id: string, decision: 'approve' | 'deny'): Promise<void> {
  const { status } = await gateway.adminAsk(`/v1/approvals/${id}/decision`, {
    json: { decision, reason: `because of ${CANARY}` },
    headers: { authorization: `Bearer ${token}` },
  });
  expect(status).toBe(200);
}
