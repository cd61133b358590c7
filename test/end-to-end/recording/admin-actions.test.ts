import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../../src/admin/access/permissions.ts';
import type { ApprovalsAnswer, GrantsAnswer } from '../../../src/admin/contract/approvals.ts';
import type { SessionItem } from '../../../src/admin/contract/exchanges.ts';
import type { HoldItem } from '../../../src/admin/contract/retention.ts';
import type { Role } from '../../../src/core/people/role.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { ask, parrot } from '../masking/ask.ts';

const HELD = 'held.de.lab.example';
const OPEN = 'open.de.lab.example';

/** What nobody does with: questions, and what others than people do. Each has its own tests. */
const NO_ACTIONS: Readonly<Record<string, string>> = {
  'POST /v1/policy/check': 'a question',
  'POST /v1/policy/explain': 'a question',
  'POST /v1/policy/simulate': 'a question',
  'POST /v1/token-exchange': 'of a workload: token.exchanged in token-exchange.test.ts',
  'POST /v1/sign-in/saml/callback': 'passes an answer on: saml.test.ts',
  'POST /v1/sign-in/saml/finish': 'session.opened in saml.test.ts',
};

interface Done {
  readonly route: string;
  readonly action: string;
  readonly by: Role;
  readonly do: () => Promise<number>;
}

describe('what people do through the admin API', () => {
  let lab: Lab;
  const tokens = new Map<Role, string>();

  beforeAll(async () => {
    lab = await startLab({
      origins: { [HELD]: { country: 'DE', handler: parrot }, [OPEN]: { country: 'DE', handler: parrot } },
      rules: [
        '{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], grant: { max: 1h } } }',
        '{ id: to-open, to: [open-de-lab-example], then: permit, record: content }',
      ],
    });
    for (const role of ['approver', 'auditor', 'operator', 'admin'] as const) {
      const json = { person: `${role}@acme.example`, role, ...(role === 'approver' && { groups: ['privacy'] }) };
      const { content } = await lab.gateway.adminAsk('/v1/tokens', { json, headers: await bearer() });
      tokens.set(role, (content as { token: string }).token);
    }
    await ask(lab, OPEN, { content: 'what was said', fields: ['Content-Type: text/plain'] });
  });
  afterAll(async () => {
    await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
  });

  const bearer = async (role?: Role) => ({
    authorization: `Bearer ${(role && tokens.get(role)) ?? (await lab.gateway.adminToken())}`,
  });

  async function call(by: Role, method: 'GET' | 'POST' | 'DELETE', path: string, json?: object) {
    const headers = await bearer(by);
    return lab.gateway.adminAsk(path, { method, headers, ...(json !== undefined && { json }) });
  }

  const status = async (...asked: Parameters<typeof call>): Promise<number> => (await call(...asked)).status;

  async function hold(n: string): Promise<string> {
    const fields = ['Content-Type: application/json', 'Cordon-Prefer: respond-async'];
    await ask(lab, HELD, { content: `{"n":"${n}"}`, fields });
    const { content } = await call('approver', 'GET', '/v1/approvals?state=pending&limit=1');
    return (content as ApprovalsAnswer).items[0]!.id;
  }

  const decide = async (n: string, json: object): Promise<number> =>
    status('approver', 'POST', `/v1/approvals/${await hold(n)}/decision`, { reason: 'looked at it', ...json });

  async function signIn(): Promise<{ readonly cookie: string; readonly csrf: string; readonly id: string }> {
    const { content, headers } = await lab.gateway.adminAsk('/v1/sign-in', { json: { token: tokens.get('auditor') } });
    const { session, credential } = content as { session: { csrf: string }; credential: string };
    const cookie = headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
    return { cookie, csrf: session.csrf, id: credential.replace('session:', '') };
  }

  async function sessionOfAgent(): Promise<string> {
    const sessions = async (): Promise<readonly SessionItem[]> =>
      ((await call('auditor', 'GET', '/v1/sessions')).content as { items: SessionItem[] }).items;
    await expect.poll(async () => (await sessions()).length, { timeout: 10_000 }).toBeGreaterThan(0);
    return (await sessions())[0]!.id;
  }

  /** One of each, in an order in which each can be done. */
  const DONE: readonly Done[] = [
    {
      route: 'POST /v1/tokens',
      action: 'token.minted',
      by: 'admin',
      do: () => status('admin', 'POST', '/v1/tokens', { person: 'eva@acme.example', role: 'viewer' }),
    },
    {
      route: 'DELETE /v1/tokens/:id',
      action: 'token.revoked',
      by: 'admin',
      do: async () => {
        const { content } = await call('admin', 'POST', '/v1/tokens', { person: 'eva@acme.example', role: 'viewer' });
        const [, id] = /_(\w+)\./.exec((content as { token: string }).token) ?? [];
        return status('admin', 'DELETE', `/v1/tokens/${id}`);
      },
    },
    { route: 'POST /v1/sign-in', action: 'session.opened', by: 'auditor', do: async () => ((await signIn()).csrf ? 201 : 0) },
    {
      route: 'POST /v1/sign-out',
      action: 'session.ended',
      by: 'auditor',
      do: async () => {
        const { cookie, csrf } = await signIn();
        return (await lab.gateway.adminAsk('/v1/sign-out', { method: 'POST', headers: { cookie, 'cordon-csrf': csrf } }))
          .status;
      },
    },
    {
      route: 'DELETE /v1/console-sessions/:id',
      action: 'session.ended',
      by: 'admin',
      do: async () => status('admin', 'DELETE', `/v1/console-sessions/${(await signIn()).id}`),
    },
    {
      route: 'POST /v1/approvals/:id/decision',
      action: 'approval.denied',
      by: 'approver',
      do: () => decide('deny', { decision: 'deny' }),
    },
    {
      route: 'POST /v1/approvals/:id/decision',
      action: 'approval.approved',
      by: 'approver',
      do: () => decide('approve', { decision: 'approve', grant: { for: '1h' } }),
    },
    {
      route: 'DELETE /v1/grants/:id',
      action: 'grant.revoked',
      by: 'approver',
      do: async () => {
        const { content } = await call('approver', 'GET', '/v1/grants?state=active');
        return status('approver', 'DELETE', `/v1/grants/${(content as GrantsAnswer).items[0]!.id}`);
      },
    },
    {
      route: 'POST /v1/approvals/purge',
      action: 'approvals.purged',
      by: 'operator',
      do: () => status('operator', 'POST', '/v1/approvals/purge', { settledBefore: '1d' }),
    },
    {
      route: 'POST /v1/agents/:id/stop',
      action: 'agent.stopped',
      by: 'operator',
      do: () => status('operator', 'POST', '/v1/agents/lab/stop', { reason: 'odd' }),
    },
    {
      route: 'POST /v1/agents/:id/resume',
      action: 'agent.resumed',
      by: 'operator',
      do: () => status('operator', 'POST', '/v1/agents/lab/resume', { reason: 'not odd' }),
    },
    {
      route: 'POST /v1/policy/reload',
      action: 'policy.reloaded',
      by: 'operator',
      do: () => status('operator', 'POST', '/v1/policy/reload'),
    },
    {
      route: 'POST /v1/legal-holds',
      action: 'legal-hold.added',
      by: 'auditor',
      do: async () => status('auditor', 'POST', '/v1/legal-holds', { session: await sessionOfAgent(), reason: 'case 7' }),
    },
    {
      route: 'POST /v1/legal-holds/:id/release',
      action: 'legal-hold.removed',
      by: 'auditor',
      do: async () => {
        const { content } = await call('auditor', 'GET', '/v1/legal-holds');
        const [{ id }] = (content as { items: HoldItem[] }).items as [HoldItem];
        return status('auditor', 'POST', `/v1/legal-holds/${id}/release`, { reason: 'closed' });
      },
    },
    {
      route: 'POST /v1/content/shred',
      action: 'content.shredded',
      by: 'operator',
      do: async () =>
        status('operator', 'POST', '/v1/content/shred', { session: await sessionOfAgent(), reason: 'erasure 12' }),
    },
  ];

  it('is on the record once each, with who, in which role, with which credential and from where', async () => {
    for (const { route, action, by, do: act } of DONE) {
      const before = await acts(action, by);
      expect([route, Math.floor((await act()) / 100)]).toEqual([route, 2]);
      await expect.poll(async () => [route, (await acts(action, by)).length - before.length]).toEqual([route, 1]);
      expect((await acts(action, by)).at(-1)).toMatchObject({
        actor: `${by}@acme.example`,
        role: by,
        client: '127.0.0.1',
        credential: expect.stringMatching(/^(?:token|session):\w+$/) as string,
      });
    }
  });

  it('is every route that changes something', () => {
    const changing = PERMISSIONS.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
    const known = new Set([...DONE.map(({ route }) => route), ...Object.keys(NO_ACTIONS)]);
    expect(changing.filter((route) => !known.has(route))).toEqual([]);
    expect([...known].filter((route) => !changing.includes(route))).toEqual([]);
  });

  async function acts(action: string, by: Role) {
    const records = await lab.gateway.records();
    return records.filter((each) => each.kind === 'admin' && each.action === action && each.actor === `${by}@acme.example`);
  }
});
