import { startLab, type Lab } from '../../support/lab.ts';
import { ask, parrot } from '../../end-to-end/masking/ask.ts';
import { cordon, type Ended } from '../cordon.ts';

const HELD = 'held.de.lab.example';

/** A gateway that holds every request to its one origin, people with tokens, and the command line as each of them. */
export interface HeldLab extends AsyncDisposable {
  readonly lab: Lab;
  /** `--api` and its value. */
  readonly api: readonly [string, string];
  token(person: string, role: string, groups?: readonly string[], places?: readonly string[]): Promise<string>;
  /** Has a request held, and yields the id of its approval. */
  hold(content: string, fields?: readonly string[]): Promise<string>;
  /** Sends it again: the status. */
  again(content: string, fields?: readonly string[]): Promise<number>;
  /** Runs a command line as who holds this token. */
  as(token: string, ...args: readonly string[]): Promise<Ended>;
}

export async function startHeldLab(): Promise<HeldLab> {
  const lab = await startLab({
    origins: { [HELD]: { country: 'DE', handler: parrot } },
    agents: [{ id: 'lab', home: 'eu', owners: ['olga@acme.example'], identify: [{ cidr: ['127.0.0.0/8'] }] }],
    rules: [
      '{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], grant: { max: 1h } }, mask: { request: { entities: [pii], as: redact } } }',
    ],
  });
  const { address, port } = lab.gateway.admin;
  const api = ['--api', `http://${address}:${port}`] as const;
  const send = (content: string, fields: readonly string[] = []) =>
    ask(lab, HELD, { content, fields: ['Content-Type: application/json', 'Cordon-Prefer: respond-async', ...fields] });
  return {
    lab,
    api,
    token: async (person, role, groups = [], places = []) => {
      const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
      const { content } = await lab.gateway.adminAsk('/v1/tokens', { headers, json: { person, role, groups, places } });
      return (content as { token: string }).token;
    },
    hold: async (content, fields) => {
      const { content: problem } = await send(content, fields);
      return (JSON.parse(problem.toString()) as { approval: string }).approval;
    },
    again: async (content, fields = []) => (await send(content, fields)).status,
    as: (token, ...args) => cordon([...args, ...api], lab.gateway.directory, { CORDON_TOKEN: token }),
    [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
  };
}
