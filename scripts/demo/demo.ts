import { createInterface } from 'node:readline/promises';
import { AdminApi } from '../../src/cli/api/admin-api.ts';
import { DemoAgent } from './agent.ts';
import { audit, REPORT_PATH } from './audit.ts';
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
  // The first token opens one door, and is used up.
  const admin = await person(new AdminApi(gateway.admin, gateway.firstToken), { person: 'ada@acme.example', role: 'admin' });
  const approver = await person(admin, { person: 'you@acme.example', role: 'approver', groups: ['privacy'] });
  const outcome = await hold({ ...stage, approver, isAttended, signal: limit });
  const auditor = await person(admin, { person: 'audra@acme.example', role: 'auditor' });
  await audit({ narrator, auditor, isReleased: outcome === 'released', signal: limit });
  narrator.title(`1 permitted, 1 denied, 1 masked, 1 held and ${outcome}.`);
  narrator.say('Each decision is on the record with its evidence. To use it for real: npm start, and README.md.');
  if (isAttended) await lookRound(narrator, { auditor, directory: gateway.directory, signal: limit });
}

/** The admin API, asked as somebody to whom an admin gave a token. */
async function person(admin: AdminApi, order: object): Promise<AdminApi> {
  const minted = await admin.post<{ token: string }>('/v1/tokens', { ...order, ttl: '1h' });
  if (!minted.ok) throw new Error(minted.failure.sentence);
  return new AdminApi(admin.base, minted.value.token);
}

interface LookRound {
  readonly auditor: AdminApi;
  readonly directory: string;
  readonly signal: AbortSignal;
}

async function lookRound(narrator: Narrator, { auditor, directory, signal }: LookRound): Promise<void> {
  const { base, token } = auditor;
  narrator.say(
    '',
    'What the auditor sees:',
    `   In a browser: ${base.href}  sign in with ${token}`,
    `     Sessions shows the run along its time; the report is at ${new URL(REPORT_PATH, base).href}`,
    '   In another terminal, in this directory:',
    `     npm run -s cordon -- report --jurisdiction eu --since 1h --out report.html --config ${directory}/cordon.yaml`,
    '',
    'The gateway runs until you press Enter.',
  );
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // On a terminal it is the interface that gets Ctrl-C.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    await terminal.question('', { signal });
  } finally {
    terminal.close();
  }
}
