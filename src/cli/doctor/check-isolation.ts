import { awaitCommand } from '../running/await-command.ts';
import { Sandbox } from '../running/sandbox.ts';
import type { TrustFiles } from '../environment/trust-sources.ts';
import { type Check, doubtful, failed, good } from './check.ts';
import type { Neighbour } from './neighbour.ts';
import type { Surroundings } from './try-runtime.ts';

const NAME = 'cordon run';
const CONNECT = `
require('node:net').connect(Number(process.argv[1]), '127.0.0.1', () => process.exit(9)).once('error', () => process.exit(0));
`;

/** Whether `cordon run` can isolate here: a command in it tries to reach a server of this machine. */
export async function checkIsolation(
  { environment, scratch }: Omit<Surroundings, 'neighbour'>,
  neighbour: Neighbour,
  trust: TrustFiles,
): Promise<Check> {
  const command = [process.execPath, '-e', CONNECT, String(neighbour.port)];
  const start = { command, cwd: scratch, environment, isQuiet: true };
  const started = await new Sandbox(start).enter({ trust, hidden: [], variables: new Map(), dropped: [] });
  if (!started.ok) return doubtful(NAME, 'cannot isolate here, so that variables alone keep programs in', started.failure);
  started.value.listening.close();
  const status = await awaitCommand({ child: started.value.child, depth: 2 });
  return status === 0
    ? good(NAME, 'isolates: no way to servers of this machine')
    : failed(NAME, `a command in it reached this machine (${status})`, 'do not rely on it, and report this');
}
