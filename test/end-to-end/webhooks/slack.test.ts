import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCa, type TestCa } from '../../support/certificates.ts';
import { response } from '../../support/origin-scripts.ts';
import { startGateway } from '../../support/gateway.ts';
import { fieldOf } from '../masking/ask.ts';
import { CANARY, HELD, hold, startHookLab } from './hook-lab.ts';
import { inTurn, startReceiver, type Receiver } from './receiver.ts';

/** As in the URLs of incoming webhooks: who knows it may write to the chat. */
const PATH = '/services/T01234567/B01234567/abcdefghijklmnopqrstuvwx';

const stack = new AsyncDisposableStack();
let ca: TestCa;
let chat: Receiver;
let url: string;

beforeAll(async () => {
  ca = await createTestCa('Receivers');
  chat = stack.use(await startReceiver(ca, inTurn(response('500 No', ''), response('200 OK', 'ok'))));
  url = chat.url.replace('/hook', PATH);
});
afterAll(() => stack.disposeAsync());

const webhooks = (more: object = {}) => ({
  node: { place: 'DE' },
  webhooks: [{ url, place: 'DE', format: 'slack', events: ['approval.pending'], ...more }],
});

describe('a webhook with format: slack', () => {
  it('gets a text for a chat, until it takes it, without a secret, and with nothing of the content', async () => {
    await using lab = await startHookLab({ ca, receivers: [chat], settings: webhooks() });
    const id = await hold(lab, 1);
    await expect.poll(() => chat.origin.requests.length, { timeout: 10_000 }).toBe(2);
    const [failed, taken] = chat.origin.requests;
    expect(taken!.target).toBe(PATH);
    expect(taken!.content).toEqual(failed!.content);
    expect(fieldOf(taken!, 'content-type')).toBe('application/json');
    expect(fieldOf(taken!, 'webhook-signature')).toBeUndefined();
    const { text } = JSON.parse(taken!.content.toString()) as { readonly text: string };
    expect(text).toMatch(
      /^A request waits for a decision\.\nAgent `lab` to `held\.de\.lab\.example` in `DE`, held by `held`\./,
    );
    expect(text).toContain(`\`cordon approvals show ${id}\``);
    expect(chat.contents()).not.toContain(CANARY);
    // The record says where it went, and not how to write there.
    const sent = await lab.gateway.waitForRecord((each) => each.kind === 'decision' && each.session === 'webhook');
    const origin = new URL(url).origin;
    expect(sent).toMatchObject({ target: `${origin}/REDACTED_SLACK_WEBHOOK`, decision: 'permit', place: { entry: 'DE' } });
    const told = JSON.stringify(await lab.gateway.records()) + lab.gateway.stdout + lab.gateway.stderr;
    expect(told).not.toContain('abcdefghijklmnopqrstuvwx');
    expect(lab.origin(HELD).requests).toEqual([]);
  });

  it('alone needs no secret, and has a format that exists', async () => {
    const rules = 'cordon: 1\nagents: [{ id: bot, home: eu, identify: [{ token: true }] }]\n';
    const start = (more: object) => startGateway({ rules, settings: webhooks(more) });
    await expect(start({ format: 'standard' })).rejects.toThrow('webhooks[0].secret: Found none');
    await expect(start({ format: 'teams' })).rejects.toThrow('teams');
    await expect(start({ secret: 'A/b' })).rejects.toThrow('webhooks[0].secret: Found the name "A/b"');
    await expect(start({ place: 'US' })).rejects.toThrow('webhooks[0].place: Found US, expected a place inside DE');
  });
});
