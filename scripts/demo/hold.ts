import { Agent, get } from 'node:http';
import type { ApprovalAnswer, ApprovalSummary } from '../../src/admin/contract/approvals.ts';
import type { AdminApi } from '../../src/cli/api/admin-api.ts';
import { decide } from '../../src/cli/approvals/decide.ts';
import { followChanges } from '../../src/cli/watch/follow-changes.ts';
import { WaitingList } from '../../src/cli/watch/waiting-list.ts';
import { expectSent, expectStatus, problemOf, type Stage, urlOf } from './scenes.ts';
import type { Reply } from './agent.ts';

export interface HoldStage extends Stage {
  /** Asked as a person who may decide. */
  readonly approver: AdminApi;
  /** Somebody decides; else the demo does. */
  readonly isAttended: boolean;
  readonly signal: AbortSignal;
}

/** A request that leaves the EU only on the word of a person. Yields what became of it. */
export async function hold(stage: HoldStage): Promise<'released' | 'refused'> {
  const { narrator, agent, approver, origins, isAttended, signal } = stage;
  const content = { text: 'Translate: Anna, anna@example.org, wants her money back' };
  narrator.scene('It asks a model in the US', `POST ${urlOf('virginia', '/v1/chat')}`);
  const answered = agent.send('virginia', '/v1/chat', content);
  // Whatever ends the scene early has its own words for it.
  answered.catch(() => {});
  const { id } = await nextWaiting(approver, signal);
  expectSent('virginia', origins, 0);
  narrator.verdict('yellow', 'HELD', 'the privacy group has to approve it; the agent waits, nothing has left');
  if (isAttended) await invite(stage, id);
  else await approve(approver, id);
  const reply = await answered;
  const decided = await approver.get<ApprovalAnswer>(`/v1/approvals/${id}`);
  const last = decided.ok ? decided.value.decisions.at(-1) : undefined;
  const who = last === undefined ? 'nobody decided in time' : `by ${last.person}: ${last.reason}`;
  return reply.status === 200 ? released(stage, reply, who) : refused(stage, reply, who);
}

async function nextWaiting(approver: AdminApi, signal: AbortSignal): Promise<ApprovalSummary> {
  const waiting = new WaitingList();
  for await (const sign of followChanges(approver, { patience: 0, signal })) {
    if (sign === 'changed') await waiting.refresh(approver);
    const [first] = waiting.items;
    if (first !== undefined) return first;
  }
  throw new Error('Found nothing that waits, expected the request of the agent');
}

async function approve(approver: AdminApi, id: string): Promise<void> {
  const decided = await decide(approver, id, { decision: 'approve', reason: 'the customer agreed' });
  if (!decided.ok) throw new Error(decided.failure.sentence);
}

/** How to decide: in the console where this checkout has one, and from another terminal. */
async function invite({ narrator, approver }: HoldStage, id: string): Promise<void> {
  const { token, base } = approver;
  const hasConsole = await answers(base);
  narrator.say('');
  if (hasConsole) narrator.say(`   In a browser: ${base.href}  sign in with ${token}`);
  narrator.say(
    `   In another terminal, in this directory:`,
    `     export CORDON_TOKEN=${token}`,
    `     npm run -s cordon -- approvals watch --api ${base.origin}`,
    `     npm run -s cordon -- approvals approve ${id.slice(0, 13)} --reason "…" --api ${base.origin}`,
    '',
    '   It waits for you, ten minutes at most.',
  );
}

function answers(base: URL): Promise<boolean> {
  return new Promise((resolve) => {
    get(base, { agent: new Agent() }, (reply) => {
      reply.resume();
      resolve(reply.statusCode === 200);
    }).once('error', () => resolve(false));
  });
}

function released({ narrator, origins }: HoldStage, reply: Reply, who: string): 'released' {
  expectStatus(reply, 200);
  narrator.verdict('green', 'APPROVED', `${who}; it left once, as it was shown, under a transfer clause`);
  narrator.detail('model saw', expectSent('virginia', origins, 1));
  return 'released';
}

function refused({ narrator, origins }: HoldStage, reply: Reply, who: string): 'refused' {
  expectStatus(reply, 403);
  expectSent('virginia', origins, 0);
  narrator.verdict('red', 'DENIED', `${problemOf(reply).code}, ${who}; nothing left`);
  return 'refused';
}
