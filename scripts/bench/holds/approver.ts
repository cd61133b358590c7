import { Agent, request } from 'node:http';
import type { ApprovalsAnswer } from '../../../src/admin/contract/approvals.ts';
import type { Gateway } from '../../../test/support/gateway.ts';

/** A page of the admin API is no longer. */
const PAGE = 200;
/** The API bounds how often a credential asks (20 a second), which is not what is measured. */
const CREDENTIALS = 24;

/** A person who decides through the admin API, over connections that are kept. */
export class Approver {
  readonly #tokens: readonly string[];
  readonly #agent = new Agent({ keepAlive: true });
  #asked = 0;

  private constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  /** One that every gateway on the store of this one knows. */
  static async of(gateway: Gateway): Promise<Approver> {
    const headers = { authorization: `Bearer ${await gateway.adminToken()}` };
    const json = { person: 'paul@acme.example', role: 'approver', groups: ['privacy'] };
    const tokens: string[] = [];
    for (let i = 0; i < CREDENTIALS; i++) {
      const { content } = await gateway.adminAsk('/v1/tokens', { json, headers });
      tokens.push((content as { token: string }).token);
    }
    return new Approver(tokens);
  }

  async approve(gateway: Gateway, id: string): Promise<void> {
    await this.#ask(gateway, `/v1/approvals/${id}/decision`, { decision: 'approve', reason: 'bench' });
  }

  async page(gateway: Gateway, query = ''): Promise<ApprovalsAnswer> {
    return JSON.parse(await this.#ask(gateway, `/v1/approvals?limit=${PAGE}${query}`)) as ApprovalsAnswer;
  }

  /** All that are pending. */
  async pending(gateway: Gateway): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let after = ''; ;) {
      const page = await this.page(gateway, `&state=pending${after}`);
      ids.push(...page.items.map(({ id }) => id));
      if (page.next === undefined) return ids;
      after = `&after=${page.next}`;
    }
  }

  /** What the least of all answers takes: how far the machine itself is from being there at once. */
  async ping({ admin }: Gateway): Promise<void> {
    await this.#send(admin, 'GET', '/healthz');
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask({ admin }: Gateway, path: string, json?: object): Promise<string> {
    return this.#send(admin, json === undefined ? 'GET' : 'POST', path, json);
  }

  #send(admin: Gateway['admin'], method: string, path: string, json?: object): Promise<string> {
    const token = this.#tokens[this.#asked++ % CREDENTIALS];
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const sent = request({ host: admin.address, port: admin.port, path, method, headers, agent: this.#agent }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('end', () => {
          const text = Buffer.concat(pieces).toString();
          if (answer.statusCode === 200) resolve(text);
          else reject(new Error(`${method} ${path} was answered ${answer.statusCode}: ${text}`));
        });
      });
      sent.on('error', reject);
      sent.end(json === undefined ? undefined : JSON.stringify(json));
    });
  }
}
