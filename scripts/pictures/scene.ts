import { BILLING_AGENT, DAY_ORIGINS, DAY_RULES, spendDay } from './day.ts';
import { startLab, type Lab } from '../../test/support/lab.ts';

const CRM = 'api.crm.example';
const TICKETS = 'tickets.helpdesk.example';
const MODEL = 'models.inference.example';

/** What the pictures show: three destinations, each held by a rule of its own. */
const RULES = [
  `{ id: contacts-to-crm, to: [api-crm-example], then: hold, approval: { by: [privacy], expires: 30m, grant: { max: 8h } }, mask: { request: { entities: [pii], as: redact } } }`,
  `{ id: tickets-outside, to: [tickets-helpdesk-example], then: hold, approval: { by: [privacy], quorum: 2, expires: 4h, grant: { max: 1h } }, transfer: { basis: scc, reference: "SCC 2021/914, module 2, Helpdesk Inc.", to: [us] }, mask: { request: { entities: [pii], as: redact } } }`,
  `{ id: prompts, to: [models-inference-example], then: hold, approval: { by: [privacy, security], expires: 1h } }`,
];

const TICKET = {
  subject: 'Refund of order 88120',
  customer: { name: 'A. Schmidt', mail: 'anna.schmidt@example.org', iban: 'DE89370400440532013000' },
  body: 'Please refund the order to the account above and confirm to anna.schmidt@example.org. The parcel came back on Tuesday.',
};

export interface Scene extends AsyncDisposable {
  /** Of the console. */
  readonly address: string;
  /** Of an approver. */
  readonly token: string;
  /** Token of an auditor. */
  readonly auditor: string;
}

/** A gateway with requests that wait, of which one was decided. */
export async function setScene(): Promise<Scene> {
  const lab = await startLab({
    origins: { [CRM]: { country: 'DE' }, [TICKETS]: { country: 'US' }, [MODEL]: { country: 'FR' }, ...DAY_ORIGINS },
    agents: [
      { id: 'support-bot', home: 'eu', owners: ['olga@acme.example'], identify: [{ cidr: ['127.0.0.1/32'] }] },
      { id: 'research-agent', home: 'eu', owners: ['rene@acme.example'], identify: [{ cidr: ['127.0.0.2/32'] }] },
      BILLING_AGENT,
    ],
    rules: [...RULES, ...DAY_RULES],
    settings: { node: { place: 'DE' } },
  });
  await leave(lab, { host: MODEL, path: '/v1/summaries', from: '127.0.0.2', content: { text: 'quarterly report' } });
  const { address, port } = lab.gateway.admin;
  const scene = `http://${address}:${port}/`;
  const token = await tokenOf(lab, { person: 'paul@acme.example', role: 'approver', groups: ['privacy'], places: ['eu'] });
  const auditor = await tokenOf(lab, { person: 'audra@acme.example', role: 'auditor' });
  await spendDay(lab);
  await decideNewest(scene, token);
  await leave(lab, { host: CRM, path: '/v2/contacts', from: '127.0.0.1', content: { mail: 'b.krause@example.org' } });
  await leave(lab, {
    host: TICKETS,
    path: '/api/tickets?notify=1',
    from: '127.0.0.1',
    content: TICKET,
    reason: 'The customer asked for a refund; the helpdesk has to see the ticket',
  });
  await leave(lab, { host: MODEL, path: '/v1/chat', from: '127.0.0.2', content: { prompt: 'Compare the two drafts' } });
  return { address: scene, token, auditor, [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose]() };
}

interface LeftRequest {
  readonly host: string;
  readonly path: string;
  /** An address of loopback, by which the agent is known. */
  readonly from: string;
  readonly content: unknown;
  readonly reason?: string;
}

/** Sends a request that is held, and does not wait for people. */
async function leave(lab: Lab, { host, path, from, content, reason }: LeftRequest): Promise<void> {
  const authority = lab.authority(host);
  const text = JSON.stringify(content, undefined, 2);
  await using client = await lab.connect(from);
  const lines = [
    `POST http://${authority}${path} HTTP/1.1`,
    `Host: ${authority}`,
    'Content-Type: application/json',
    'Cordon-Prefer: respond-async',
    `Content-Length: ${Buffer.byteLength(text)}`,
    ...(reason === undefined ? [] : [`Cordon-Reason: ${reason}`]),
  ];
  client.send(`${lines.join('\r\n')}\r\n\r\n${text}`);
  const { startLine } = await client.response('POST');
  if (!startLine.includes(' 503 ')) throw new Error(`Found "${startLine}" for ${host}${path}, expected it to be held with 503`);
}

async function tokenOf(lab: Lab, json: object): Promise<string> {
  const { content } = await lab.gateway.adminAsk('/v1/tokens', {
    json,
    headers: { authorization: `Bearer ${await lab.gateway.adminToken()}` },
  });
  return (content as { token: string }).token;
}

async function decideNewest(address: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const listed = await fetch(`${address}v1/approvals?limit=1`, { headers });
  const { items } = (await listed.json()) as { items: readonly { id: string }[] };
  const body = JSON.stringify({ decision: 'deny', reason: 'The report is not published yet' });
  await fetch(`${address}v1/approvals/${items[0]?.id}/decision`, { method: 'POST', headers, body });
}
