import type { DemoAgent, Problem, Reply } from './agent.ts';
import type { Narrator } from './narrator.ts';
import { HOSTS, type Host, type Origins } from './world.ts';

/** What every scene is played on. */
export interface Stage {
  readonly narrator: Narrator;
  readonly agent: DemoAgent;
  readonly origins: Origins;
}

export async function allow({ narrator, agent }: Stage): Promise<void> {
  narrator.scene('It reads a case', `GET ${urlOf('records', '/cases/7')}`);
  expectStatus(await agent.send('records', '/cases/7'), 200);
  narrator.verdict('green', 'PERMITTED', 'a rule names it, and FR is inside eu');
}

export async function deny({ narrator, agent, origins }: Stage): Promise<void> {
  narrator.scene('It sends figures away', `POST ${urlOf('oregon', '/events')}`);
  const reply = expectStatus(await agent.send('oregon', '/events', { visits: 3 }), 403);
  expectSent('oregon', origins, 0);
  const { code, reason } = problemOf(reply);
  narrator.verdict('red', 'DENIED', `${code}: ${reason}`);
}

export async function mask({ narrator, agent, origins }: Stage): Promise<void> {
  const content = { text: 'Refund DE89 3704 0044 0532 0130 00, write to anna@example.org' };
  narrator.scene('It asks a model in the EU', `POST ${urlOf('frankfurt', '/v1/chat')}`);
  const reply = expectStatus(await agent.send('frankfurt', '/v1/chat', content), 200);
  narrator.verdict('cyan', 'MASKED', 'the model works with tokens, the agent gets the values back');
  narrator.detail('agent said', JSON.stringify(content));
  narrator.detail('model saw', expectSent('frankfurt', origins, 1));
  narrator.detail('agent got', reply.content);
}

export function urlOf(host: Host, path: string): string {
  return `http://${HOSTS[host].name}${path}`;
}

export function problemOf({ content }: Reply): Problem {
  return JSON.parse(content) as Problem;
}

/** @throws where it is another one: the demo shows nothing that is not so */
export function expectStatus(reply: Reply, status: number): Reply {
  if (reply.status === status) return reply;
  throw new Error(`Found status ${reply.status}, expected ${status}: ${reply.content}`);
}

/** What arrived last at a host. @throws where another number of requests arrived */
export function expectSent(host: Host, origins: Origins, count: number): string {
  const { received } = origins[host];
  if (received.length === count) return received.at(-1) ?? '';
  throw new Error(`Found ${received.length} requests at ${HOSTS[host].name}, expected ${count}`);
}
