import { setTimeout as pause } from 'node:timers/promises';
import type { ContentAnswer } from '../../src/admin/contract/exchange-content.ts';
import type { ExchangeSummary } from '../../src/admin/contract/exchanges.ts';
import type { AdminApi } from '../../src/cli/api/admin-api.ts';
import type { Result } from '../../src/core/result.ts';
import type { ApiFailure } from '../../src/cli/api/api-failure.ts';
import type { Report } from '../../src/reporting/report.ts';
import type { Narrator } from './narrator.ts';
import { HOSTS } from './world.ts';

/** Where a browser finds the report, once an auditor has signed in to the console. */
export const REPORT_PATH = '/v1/report?jurisdiction=eu&since=1h';

export interface AuditStage {
  readonly narrator: Narrator;
  /** Asked as a person who may read all. */
  readonly auditor: AdminApi;
  /** Whether what was held left in the end. */
  readonly isReleased: boolean;
  readonly signal: AbortSignal;
}

/** What the record shows of all of it. @throws where that is not what happened */
export async function audit({ narrator, auditor, isReleased, signal }: AuditStage): Promise<void> {
  narrator.scene('An auditor asks what left the EU', `GET ${REPORT_PATH}`);
  const { transfers, denials, chains } = valueOf(await auditor.get<Report>(REPORT_PATH));
  const [transfer] = transfers.items;
  const atBorder = denials.items.find(({ code }) => code === 'outside_home')?.exchanges ?? 0;
  const isWhole = chains.every(({ state }) => state === 'whole');
  if (!isWhole || atBorder !== 1 || (transfer?.exchanges ?? 0) !== Number(isReleased))
    throw new Error(`Found ${JSON.stringify({ transfers, denials, chains })}, expected what the scenes before it show`);
  const left = transfer === undefined ? 'nothing left' : `1 left, on ${transfer.basis} (${transfer.reference})`;
  narrator.verdict('green', 'REPORTED', `${left}; 1 was refused at the border; the record is whole`);
  narrator.detail('on record', await recordedRequest(auditor, signal));
}

/** What the record holds of the request that was masked: what left, and nothing else. */
async function recordedRequest(auditor: AdminApi, signal: AbortSignal): Promise<string> {
  const [exchange] = await indexed(auditor, `/v1/exchanges?host=${HOSTS.frankfurt.name}`, signal);
  const content = valueOf(await auditor.get<ContentAnswer>(`/v1/exchanges/${exchange?.id}/content`));
  return content.request?.pieces.map(({ text }) => text).join('') ?? '';
}

/** The index of exchanges follows the record by half a second. */
async function indexed(auditor: AdminApi, path: string, signal: AbortSignal): Promise<readonly ExchangeSummary[]> {
  for (;;) {
    const { items } = valueOf(await auditor.get<{ readonly items: readonly ExchangeSummary[] }>(path));
    if (items[0]?.state === 'ended') return items;
    await pause(100, undefined, { signal });
  }
}

function valueOf<T>(asked: Result<T, ApiFailure>): T {
  if (!asked.ok) throw new Error(asked.failure.sentence);
  return asked.value;
}
