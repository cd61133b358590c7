/** Approvals that are over, as years of use leave them: through the store's own row format, past its slow way of asking. */
import { join } from 'node:path';
import { systemClock, systemRandom, timeOrderedIds } from '../../../src/app/system.ts';
import type { ApprovalQuestion } from '../../../src/core/approval/approval.ts';
import type { ApprovalId, Fingerprint } from '../../../src/core/ids.ts';
import { createApprovalRepository } from '../../../src/store/approvals/approval-repository.ts';
import { toRow } from '../../../src/store/approvals/approval-row.ts';
import { RowCipher } from '../../../src/store/sealing/row-cipher.ts';
import { createKeys } from '../../../src/store/keys.ts';
import { openSqlite } from '../../../src/store/sqlite.ts';
import type { Gateway } from '../../../test/support/gateway.ts';

const AT_ONCE = 500;
const MINUTE = 60_000;

/** Inserts so many copies of the newest approval into the store of a gateway, as passed, one a minute back from now. */
export async function insertPastApprovals({ directory }: Gateway, count: number): Promise<void> {
  const data = join(directory, 'data');
  const opened = await openSqlite({ file: join(data, 'cordon.db'), clock: systemClock });
  if (!opened.ok) throw new Error(opened.failure.detail);
  await using database = opened.value;
  const cipher = new RowCipher(await createKeys(join(data, 'keys'), systemRandom).key('approvals'), systemRandom);
  const listed = await createApprovalRepository(database.db, cipher).list({ limit: 1 });
  if (!listed.ok || listed.value.items[0] === undefined) throw new Error('Found no approval to copy');
  const { state: _, decisions: __, revision: ___, ...question } = listed.value.items[0];
  const now = Date.now();
  for (let n = 0; n < count; n += AT_ONCE) {
    const rows = Array.from({ length: AT_ONCE }, (__unused, i) => {
      const settled_at = now - (n + i + 1) * MINUTE;
      return { ...toRow(pastQuestion(question, settled_at), cipher), state: 'passed', settled_at };
    });
    await database.db.insertInto('approvals').values(rows).execute();
  }
}

function pastQuestion(question: ApprovalQuestion, at: number): ApprovalQuestion {
  const id = timeOrderedIds({ ...systemClock, now: () => at }, systemRandom)() as ApprovalId;
  const fingerprint = Buffer.from(systemRandom.bytes(32)).toString('base64url') as Fingerprint;
  return { ...question, id, fingerprint, createdAt: at, expiresAt: at + MINUTE };
}
