import { ask } from '../../test/end-to-end/masking/ask.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { response, serverSentEvents } from '../../test/support/origin-scripts.ts';
import type { LabOptions, Lab } from '../../test/support/lab.ts';
import type { Script } from '../../test/support/origin.ts';

const MODEL = 'llm.paris.example';
const BANK = 'ledger.berlin.example';
const TRANSLATOR = 'translate.virginia.example';
const ANALYTICS = 'analytics.oregon.example';
/** Where the agent of the day sends from. */
const BILLING = '127.0.0.3';

export const BILLING_AGENT = {
  id: 'billing-agent',
  home: 'eu',
  owners: ['olga@acme.example'],
  identify: [{ cidr: [`${BILLING}/32`] }],
};

const pii = 'mask: { request: { entities: [pii], as: redact } }, record: content';
export const DAY_RULES: readonly string[] = [
  `{ id: ask-model, to: [llm-paris-example], then: permit, ${pii} }`,
  `{ id: book-payments, to: [ledger-berlin-example], then: permit, record: content }`,
  `{ id: translate, to: [translate-virginia-example], then: permit, transfer: { basis: scc, reference: "TIA-2026-04", to: [us] }, ${pii} }`,
  `{ id: figures, to: [analytics-oregon-example], then: permit }`,
];

const WORDS = ['The invoice', ' of November is paid', ', nothing is open'];
const answer = response('200 OK', '{"state":"done"}', ['Content-Type: application/json']);

const after =
  (milliseconds: number): Script =>
  async (request) => {
    await pause(milliseconds);
    await answer(request);
  };

export const DAY_ORIGINS: NonNullable<LabOptions['origins']> = {
  [MODEL]: { country: 'FR', handler: serverSentEvents(WORDS, 600) },
  [BANK]: { country: 'DE', handler: after(500) },
  [TRANSLATOR]: { country: 'US', handler: after(900) },
  [ANALYTICS]: { country: 'US' },
};

/** One run of an agent, from its first request to its last answer. */
export async function spendDay(lab: Lab): Promise<void> {
  const send = (host: string, target: string, content: unknown) =>
    ask(lab, host, {
      from: BILLING,
      target,
      content: JSON.stringify(content),
      fields: ['Content-Type: application/json'],
    });
  const prompt = { prompt: 'Is the invoice of anna.schmidt@example.org paid? Account DE89370400440532013000' };
  await send(MODEL, '/v1/chat', prompt);
  await Promise.all([
    send(BANK, '/v2/payments', { invoice: 88_120, amount: 129 }),
    send(TRANSLATOR, '/v1/translate', { to: 'ja', text: 'Your invoice is paid, anna.schmidt@example.org' }),
  ]);
  await send(ANALYTICS, '/events', { paid: 1 });
}
