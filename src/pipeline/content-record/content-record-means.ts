import type { Bytes } from '../../core/units.ts';
import type { ContentRecorder } from '../../recording/content/content-recorder.ts';

/** How content is recorded; shared by all exchanges. */
export interface ContentRecordMeans {
  readonly recorder: Pick<ContentRecorder, 'open'>;
  /** Most text of one message that is recorded (`recordings.content-limit`). */
  readonly limit: Bytes;
}
