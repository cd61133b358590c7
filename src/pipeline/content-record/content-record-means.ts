import type { Bytes } from '../../core/units.ts';
import type { Failure } from '../../core/codes.ts';
import type { ContentKeyScope } from '../../core/exchange/content-keys.ts';
import type { Home } from '../../core/exchange/decision.ts';
import type { ExchangeId } from '../../core/ids.ts';
import type { Result } from '../../core/result.ts';
import type { ContentLog } from '../../recording/content/content-recorder.ts';

/** How content is recorded; shared by all exchanges. */
export interface ContentRecordMeans {
  /**
   * Begins to record content of an exchange, where its other records lie.
   * @failure audit_unavailable: nothing of it may happen
   */
  openContent(exchange: ExchangeId, scope: ContentKeyScope, home: Home): Promise<Result<ContentLog, Failure>>;
  /** Most text of one message that is recorded (`recordings.content-limit`). */
  readonly limit: Bytes;
}
