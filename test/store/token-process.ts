import type { AgentId, TokenId } from '../../src/core/ids.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { createTokenRepository } from '../../src/store/agents/token-repository.ts';
import { MACHINE_CLOCK } from '../support/clock.ts';

/* Another process on the same database: `token-process.ts FILE insert PREFIX COUNT` or `… revoke ID`. */
const [, , file = '', action, argument = '', count = '0'] = process.argv;
const opened = await openSqlite({ file, clock: MACHINE_CLOCK });
if (!opened.ok) throw new Error(opened.failure.detail);
const tokens = createTokenRepository(opened.value.db);
if (action === 'revoke') {
  const revoked = await tokens.revoke(argument as TokenId, 7);
  if (!revoked.ok || !revoked.value) throw new Error(`Nothing revoked: ${JSON.stringify(revoked)}`);
} else {
  for (let i = 0; i < Number(count); i++) {
    const token = { id: `${argument}${i}` as TokenId, agent: 'bot' as AgentId, createdAt: i, expiresAt: i + 1 };
    const inserted = await tokens.insert(token, new Uint8Array(32));
    if (!inserted.ok) throw new Error(inserted.failure.detail);
  }
}
await opened.value.close();
