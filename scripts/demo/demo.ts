import { createInterface } from 'node:readline/promises';
import { AdminApi } from '../../src/cli/api/admin-api.ts';
import { DemoAgent } from './agent.ts';
import { startDemoGateway } from './gateway.ts';
import { hold } from './hold.ts';
import type { Narrator } from './narrator.ts';
import { allow, deny, mask } from './scenes.ts';
import { files, startOrigins } from './world.ts';

export interface DemoOptions {
  readonly narrator: Narrator;
  /** Somebody watches, and decides. */
  readonly isAttended: boolean;
  readonly signal: AbortSignal;
}

/** Far more than it takes: an unattended demo ends, whatever happens. */
const UNATTENDED_LIMIT = 120_000;

/** Starts everything, plays the scenes, and takes everything away again. @throws what is not as it should be */
export async function runDemo({ narrator, isAttended, signal }: DemoOptions): Promise<void> {
  const limit = isAttended ? signal : AbortSignal.any([signal, AbortSignal.timeout(UNATTENDED_LIMIT)]);
  await using started = new AsyncDisposableStack();
  narrator.title('Cordon without a network');
  narrator.say('An agent at home in the EU. Ports of this machine stand in for services in FR, DE and US.');
  const origins = await startOrigins(started);
  const gateway = started.use(await startDemoGateway(files(origins)));
  const stage = { narrator, origins, agent: new DemoAgent(gateway.proxy, origins, limit) };
  await allow(stage);
  await deny(stage);
  await mask(stage);
  const approver = new AdminApi(gateway.admin, await approverToken(gateway.admin, gateway.firstToken));
  const outcome = await hold({ ...stage, approver, isAttended, signal: limit });
  narrator.title(`1 permitted, 1 denied, 1 masked, 1 held and ${outcome}.`);
  narrator.say('Each decision is on the record with its evidence. To use it for real: npm start, and README.md.');
  if (isAttended) await lookRound(narrator, limit);
}

/** An approver of the group that the policy asks. */
async function approverToken(admin: URL, firstToken: string): Promise<string> {
  const order = { person: 'you@acme.example', role: 'approver', groups: ['privacy'], ttl: '1h' };
  const minted = await new AdminApi(admin, firstToken).post<{ token: string }>('/v1/tokens', order);
  if (!minted.ok) throw new Error(minted.failure.sentence);
  return minted.value.token;
}

async function lookRound(narrator: Narrator, signal: AbortSignal): Promise<void> {
  narrator.say('', 'The gateway runs until you press Enter.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // On a terminal it is the interface that gets Ctrl-C.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    await terminal.question('', { signal });
  } finally {
    terminal.close();
  }
}
