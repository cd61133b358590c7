import { expect, it } from 'vitest';
import type { AgentId, ConsoleSessionId, GrantId, TokenId } from '../../../src/core/ids.ts';
import { createGrantRepository } from '../../../src/store/approvals/grant-repository.ts';
import { createConsoleSessionRepository } from '../../../src/store/people/console-session-repository.ts';
import { createPersonTokenRepository } from '../../../src/store/people/person-token-repository.ts';
import { createTokenRepository } from '../../../src/store/agents/token-repository.ts';
import { RowCipher } from '../../../src/store/sealing/row-cipher.ts';
import { createEndingStore } from '../../../src/store/upkeep/ending-store.ts';
import { grant } from '../../approval/support/approvals.ts';
import { MACHINE_RANDOM } from '../../support/clock.ts';
import { describeOnEveryEngine } from '../engines.ts';

const HASH = new Uint8Array(32);
const IDLE = 1_000;
/** When everything is made, and how long it lasts. */
const MADE = 1_800_000_000_000;
const LASTS = 10_000;
const END = MADE + LASTS;

describeOnEveryEngine('createEndingStore()', (engine) => {
  it('writes down that grants, tokens and sessions have ended, once, and of nothing else', async () => {
    const { db } = await engine.open();
    const grants = createGrantRepository(db, new RowCipher(new Uint8Array(32), MACHINE_RANDOM));
    const [agents, people, sessions] = [
      createTokenRepository(db),
      createPersonTokenRepository(db),
      createConsoleSessionRepository(db),
    ];
    const lives = { createdAt: MADE, expiresAt: END };
    const given = grant({ createdAt: MADE, endsAt: END });
    await grants.insert(given);
    await agents.insert({ id: 'a' as TokenId, agent: 'bot' as AgentId, ...lives }, HASH);
    const paul = { person: 'paul@acme.example', role: 'approver', groups: [], places: [] } as const;
    await people.insert({ id: 'p' as TokenId, ...paul, ...lives, mintedBy: 'local:root', once: false }, HASH);
    const session = { ...paul, ...lives, vouchedBy: 'local:root', authTime: MADE };
    await sessions.insert({ ...session, id: 'used' as ConsoleSessionId, lastSeenAt: END - 1 }, HASH);
    await sessions.insert({ ...session, id: 'idle' as ConsoleSessionId, lastSeenAt: MADE }, HASH);
    const ends = async () => {
      const found = [
        await grants.find('g1' as GrantId),
        await agents.find('a' as TokenId),
        await people.find('p' as TokenId),
        await sessions.find('used' as ConsoleSessionId),
        await sessions.find('idle' as ConsoleSessionId),
      ];
      return found.map((each) => {
        if (!each.ok || each.value === undefined) throw new Error('Found less than was stored');
        const { value } = each;
        if ('token' in value) return value.token.endedAt;
        return 'session' in value ? value.session.endedAt : value.endedAt;
      });
    };

    expect(await grants.matching([given.scope], MADE)).toMatchObject({ value: [{ id: given.id }] });
    const endings = createEndingStore(db);
    await endings.endDue(END - 1, IDLE);
    expect(await ends()).toEqual([undefined, undefined, undefined, undefined, END - 1]);
    await endings.endDue(END + 5, IDLE);
    const over = [END + 5, END + 5, END + 5, END, END - 1];
    expect(await ends()).toEqual(over);
    // The clock has been set back, and what is read then is still over.
    await endings.endDue(MADE, IDLE);
    expect(await ends()).toEqual(over);
    expect(await grants.matching([given.scope], MADE + 1)).toEqual({ ok: true, value: [] });
    expect(await grants.list({ state: 'active', now: MADE + 1, limit: 5 })).toMatchObject({ value: { items: [] } });
    expect(await grants.list({ state: 'ended', now: MADE + 1, limit: 5 })).toMatchObject({
      value: { items: [{ id: given.id }] },
    });
  });
});
