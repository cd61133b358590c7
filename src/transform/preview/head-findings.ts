import type { RawFields } from '../../core/exchange/reply-sink.ts';
import type { Findings } from '../../masking/finding.ts';
import { maskFields } from '../masking/mask-fields.ts';
import { maskTarget } from '../masking/mask-target.ts';
import { previewMasking, type PreviewSearch } from './preview-masking.ts';

/** What of a request stands before its content and reaches the origin. */
export interface RequestHead {
  /** origin-form */
  readonly target: string;
  readonly fields: RawFields;
  /** Names of fields that carry the agent's own credentials, in lower case: they are no values that it sends. */
  readonly credentials: ReadonlySet<string>;
}

/** What is found in path, query and fields, by single entity; those not found are left out. */
export function headFindings({ target, fields, credentials }: RequestHead, search: PreviewSearch): Findings['counts'] {
  const masking = previewMasking(search);
  maskTarget(target, { path: masking.of('path'), query: masking.of('query') });
  maskFields(fields, masking.of('fields')!, credentials);
  return masking.findings.counts;
}
