import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExchangeAnswer, ExchangeSummary, PlacesAnswer, SessionItem } from '../../../src/admin/contract/exchanges.ts';
import type { ContentAnswer } from '../../../src/admin/contract/exchange-content.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { cordon } from '../../cli/cordon.ts';
import { ask, EMAIL, parrot } from '../masking/ask.ts';

const OPEN = 'open.de.lab.example';
const ABROAD = 'abroad.us.lab.example';
const OURS = '127.0.0.1';
const AMERICAN = '127.0.0.2';
const STRANGER = '127.0.0.3';

interface List<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

describe('what was recorded, through the admin API', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({
      origins: { [OPEN]: { country: 'DE', handler: parrot }, [ABROAD]: { country: 'US', handler: parrot } },
      agents: [
        { id: 'support-bot', home: 'eu', identify: [{ cidr: [`${OURS}/32`] }] },
        { id: 'us-bot', home: 'US', identify: [{ cidr: [`${AMERICAN}/32`] }] },
      ],
      rules: [
        '{ id: to-open, to: [open-de-lab-example], agents: [support-bot], then: permit, record: content, mask: { request: [pii] } }',
        '{ id: to-abroad, to: [abroad-us-lab-example], then: permit }',
      ],
    });
    await ask(lab, OPEN, {
      from: OURS,
      target: '/first?q=1',
      content: JSON.stringify({ mail: EMAIL }),
      fields: ['Content-Type: application/json'],
    });
    await ask(lab, ABROAD, { from: OURS, target: '/refused' });
    await ask(lab, ABROAD, { from: AMERICAN, target: '/american' });
    await ask(lab, OPEN, { from: STRANGER, target: '/nobody' });
    await until(async () => (await list('')).length === 4 && (await list('')).every(({ state }) => state === 'ended'));
  });
  afterAll(async () => {
    await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
  });

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- What is asked for says what comes back.
  async function get<T>(path: string, token?: string): Promise<{ status: number; content: T }> {
    const authorization = `Bearer ${token ?? (await lab.gateway.adminToken())}`;
    const { status, content } = await lab.gateway.adminAsk(path, { headers: { authorization } });
    return { status, content: content as T };
  }

  const list = async (query: string, token?: string): Promise<readonly ExchangeSummary[]> =>
    (await get<List<ExchangeSummary>>(`/v1/exchanges?${query}`, token)).content.items;

  const targets = async (query: string, token?: string): Promise<string[]> =>
    (await list(query, token)).map(({ target = '' }) => new URL(target).pathname);

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; !(await isSo()); tries++) {
      if (tries === 200) throw new Error('What was recorded is not in the lists');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function tokenWithin(places: readonly string[]): Promise<string> {
    const { content } = await lab.gateway.adminAsk('/v1/tokens', {
      json: { person: 'vera@acme.example', role: 'viewer', places },
      headers: { authorization: `Bearer ${await lab.gateway.adminToken()}` },
    });
    return (content as { token: string }).token;
  }

  it('gives what was sent and answered to auditors alone, masked, once that is on the record', async () => {
    const minted = async (role: string, places: readonly string[] = []): Promise<string> => {
      const { content } = await lab.gateway.adminAsk('/v1/tokens', {
        json: { person: 'audra@acme.example', role, ...(places.length > 0 && { places }) },
        headers: { authorization: `Bearer ${await lab.gateway.adminToken()}` },
      });
      return (content as { token: string }).token;
    };
    const [first] = (await list('subject=support-bot')).slice(-1);
    const path = `/v1/exchanges/${first?.id}/content`;
    const reads = async () =>
      (await lab.gateway.records()).filter((each) => each.kind === 'admin' && each.action === 'content.read');
    expect((await get(path)).status).toBe(403);
    expect((await get(path, await minted('viewer'))).status).toBe(403);
    expect((await get(path, await minted('auditor', ['US']))).status).toBe(404);
    expect(await reads()).toEqual([]);
    const { status, content } = await get<ContentAnswer>(path, await minted('auditor'));
    expect(status).toBe(200);
    expect(content.request).toMatchObject({ method: 'POST', mediaType: 'application/json', target: '/first?q=1' });
    expect(content.response?.status).toBe(200);
    expect(content.request?.pieces.map(({ text }) => text).join('')).toBe('{"mail":"REDACTED_EMAIL"}');
    expect(JSON.stringify(content)).not.toContain(EMAIL);
    expect(await reads()).toMatchObject([{ actor: 'audra@acme.example', subject: `exchange:${first?.id}` }]);
    const refused = (await list('code=outside_home'))[0]!.id;
    expect(await get(`/v1/exchanges/${refused}/content`, await minted('auditor'))).toMatchObject({ status: 200, content: {} });
    expect(await reads()).toHaveLength(1);
  });

  it('lists exchanges, newest first, by what one looks for', async () => {
    expect(await targets('')).toEqual(['/nobody', '/american', '/refused', '/first']);
    expect(await targets('subject=support-bot')).toEqual(['/refused', '/first']);
    expect(await targets('decision=deny')).toEqual(['/nobody', '/refused']);
    expect(await targets('code=outside_home')).toEqual(['/refused']);
    expect(await targets(`host=${ABROAD.toUpperCase()}`)).toEqual(['/american', '/refused']);
    expect(await targets('host=*.lab.example&place=DE')).toEqual(['/first']);
    expect(await targets('rule=to-abroad&decision=permit')).toEqual(['/american']);
    expect(await targets('entity=email')).toEqual(['/first']);
    expect(await targets('since=1h')).toHaveLength(4);
    expect(await targets('until=2020-01-01T00:00:00Z')).toEqual([]);
    const [first] = await list('entity=email');
    expect(first).toMatchObject({
      agent: 'support-bot',
      home: 'eu',
      kind: 'forward',
      method: 'POST',
      decision: 'permit',
      rules: ['to-open'],
      places: { entry: 'DE', processing: 'DE', storage: 'DE' },
      status: 200,
      findings: { email: 1 },
    });
    expect(JSON.stringify(await list(''))).not.toContain(EMAIL);
  });

  it('goes on page by page', async () => {
    const { content: page } = await get<List<ExchangeSummary>>('/v1/exchanges?limit=3');
    expect(page.items).toHaveLength(3);
    expect(await targets(`limit=3&after=${page.next}`)).toEqual(['/first']);
  });

  it.each([
    ['since=monday', 422, 'since: Found "monday", expected an instant such as 2026-11-22T10:00:00Z'],
    ['until=2026-13-01T00:00:00Z', 422, 'until: Found'],
    ['decision=maybe', 400, undefined],
    ['host=a%20b', 400, undefined],
    ['rule=%25', 400, undefined],
    ['nothing=1', 400, undefined],
    ['after=zzz', 400, 'after: Found'],
  ])('refuses %s', async (query, status, detail) => {
    const answer = await get<{ detail?: string }>(`/v1/exchanges?${query}`);
    expect(answer.status).toBe(status);
    if (detail !== undefined) expect(answer.content.detail).toContain(detail);
  });

  it('shows one with its records, byte for byte as they were written', async () => {
    const [item] = await list('entity=email');
    const { content } = await get<ExchangeAnswer>(`/v1/exchanges/${item!.id}`);
    expect(content.records).toEqual(
      (await lab.gateway.records()).filter(
        (record) => record.kind !== 'content' && 'exchange' in record && record.exchange === item!.id,
      ),
    );
    expect(content.records.map(({ kind }) => kind)).toEqual(['decision', 'outcome']);
    expect((await get('/v1/exchanges/01a21bbd-4438-7ffe-b4af-015e561c0777')).status).toBe(404);
  });

  it('counts places, with the countries that they are', async () => {
    const { content } = await get<PlacesAnswer>('/v1/exchanges/places?');
    expect(content).toEqual({
      items: [
        { id: 'DE', countries: ['DE'], permit: 1, hold: 0, deny: 0 },
        { id: 'US', countries: ['US'], permit: 1, hold: 0, deny: 1 },
      ],
      isWhole: true,
    });
  });

  it('lists sessions with what they did', async () => {
    const { content } = await get<List<SessionItem>>('/v1/sessions?subject=support-bot');
    expect(content.items).toHaveLength(1);
    const [session] = content.items;
    expect(session).toMatchObject({
      agent: 'support-bot',
      home: 'eu',
      decisions: { permit: 1, hold: 0, deny: 1 },
      findings: 1,
    });
    expect((await get<SessionItem>(`/v1/sessions/${session!.id}`)).content).toEqual(session);
    expect(await targets(`session=${session!.id}`)).toEqual(['/refused', '/first']);
    expect((await get('/v1/sessions/n-00000000000000000000000000000000')).status).toBe(404);
  });

  it('a role for places sees subjects at home there alone, whatever it asks for', async () => {
    const american = await tokenWithin(['US']);
    expect(await targets('', american)).toEqual(['/american']);
    expect(await targets('subject=support-bot', american)).toEqual([]);
    const { content: places } = await get<PlacesAnswer>('/v1/exchanges/places?', american);
    expect(places.items).toEqual([{ id: 'US', countries: ['US'], permit: 1, hold: 0, deny: 0 }]);
    expect((await get<List<SessionItem>>('/v1/sessions', american)).content.items.map(({ agent }) => agent)).toEqual([
      'us-bot',
    ]);
    const [european] = await list('subject=support-bot');
    expect((await get(`/v1/exchanges/${european!.id}`, american)).status).toBe(404);
    expect((await get(`/v1/sessions/${european!.session}`, american)).status).toBe(404);
    // Half a jurisdiction is none.
    expect(await targets('', await tokenWithin(['DE']))).toEqual([]);
    expect(await targets('', await tokenWithin(['eu', 'US']))).toEqual(['/american', '/refused', '/first']);
  });

  it('the index can be made anew beside the gateway, which goes on with it', async () => {
    const before = await list('');
    const { code, out } = await cordon(['--config', 'cordon.yaml', '--json', 'index', 'rebuild'], lab.gateway.directory);
    expect([code, JSON.parse(out)]).toMatchObject([0, { exchanges: 4 }]);
    await until(async () => (await list('')).length === 4);
    expect(await list('')).toEqual(before);
    await ask(lab, OPEN, { from: OURS, target: '/after' });
    await until(async () => (await targets('')).includes('/after'));
    expect(await targets('')).toHaveLength(5);
    const shown = await cordon(['--config', 'cordon.yaml', 'sessions', 'show', before[1]!.session!], lab.gateway.directory);
    expect(shown.out).toContain(`POST http://${lab.authority(ABROAD)}/american`);
    const listed = await cordon(
      ['--config', 'cordon.yaml', '--json', 'sessions', 'list', '--subject', 'us-bot'],
      lab.gateway.directory,
    );
    expect(JSON.parse(listed.out)).toMatchObject({ items: [{ id: before[1]!.session, agent: 'us-bot' }] });
  });
});
