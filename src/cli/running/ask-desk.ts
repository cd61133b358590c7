import { connect, type Socket } from 'node:net';
import { jsonLine, jsonLines } from '../../app/local-runs/json-lines.ts';
import {
  RUN_ENDED,
  RUN_SOCKET,
  type RunAnswer,
  type RunEnd,
  type RunLeave,
  type RunOrder,
  type RunRefusal,
  runSocketDirectory,
} from '../../app/local-runs/run-order.ts';
import { socketPath } from '../../app/local-runs/socket-path.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';

/** The gateway puts the token on the record and into the store first. */
const ANSWER_TIME: Milliseconds = 10_000;

/** Leave to run a command; it lasts until {@link AdmittedRun.end}, or until the connection to the gateway breaks. */
export interface AdmittedRun {
  readonly leave: RunLeave;
  /** Asks the gateway to end the token; `lost` where it does not confirm. */
  end(): Promise<'ended' | 'lost'>;
}

/** Asks the gateway that has this data directory. @failure what stands against it */
export async function askDesk(dataDirectory: string, order: RunOrder): Promise<Result<AdmittedRun, RunRefusal>> {
  const opened = await open(dataDirectory);
  if (!opened.ok) return opened;
  const socket = opened.value;
  const lines = jsonLines(socket);
  socket.setTimeout(ANSWER_TIME, () => socket.destroy());
  socket.write(jsonLine(order));
  const answer = (await lines.next()).value as RunAnswer | undefined;
  if (answer === undefined) return fail({ kind: 'failed', sentence: 'the gateway did not answer: its log says why' });
  if (!answer.ok) return answer;
  // While the command runs nobody says anything, and nothing of this holds the process up.
  socket.setTimeout(0).unref();
  return ok({
    leave: answer.value,
    end: async () => {
      if (answer.value.token === undefined) return 'ended';
      socket.setTimeout(ANSWER_TIME).ref();
      socket.write(jsonLine(RUN_ENDED));
      const ended = (await lines.next()).value as RunEnd | undefined;
      socket.destroy();
      return ended?.ok === true ? 'ended' : 'lost';
    },
  });
}

function open(dataDirectory: string): Promise<Result<Socket, RunRefusal>> {
  return new Promise((resolve) => {
    const refuse = ({ code }: NodeJS.ErrnoException): void => resolve(fail(refusalOf(code, dataDirectory)));
    try {
      const path = socketPath(runSocketDirectory(dataDirectory), RUN_SOCKET);
      const socket = connect(path.path, () => resolve(ok(socket)))
        .on('error', refuse)
        .once('close', () => path[Symbol.dispose]());
    } catch (error) {
      refuse(error as NodeJS.ErrnoException);
    }
  });
}

function refusalOf(code: string | undefined, dataDirectory: string): RunRefusal {
  if (code === 'EACCES' || code === 'EPERM') {
    const sentence = `the data directory ${dataDirectory} belongs to another user: run as the user who runs the gateway`;
    return { kind: 'failed', sentence };
  }
  return { kind: 'failed', sentence: `no gateway runs with the data directory ${dataDirectory}: start it with cordon serve` };
}
