import type { Failure } from '../../core/codes.ts';
import { ok, type Result } from '../../core/result.ts';
import { type ContentRecording, openContentRecording } from '../content-record/content-recording.ts';
import { openInjecting, scrubbing, type Injecting } from '../credentials/injecting.ts';
import type { Masks } from '../judging/masks-of.ts';
import type { Permitted } from '../judging/permitted.ts';
import type { Services } from '../services.ts';
import { openMasking, type ExchangeMasking } from './exchange-masking.ts';

/** What is done to the messages of an exchange beside carrying them. */
export interface ExchangeHandling {
  readonly masking: ExchangeMasking;
  /** Absent where no rule asks for it. */
  readonly recording: ContentRecording | undefined;
  /** Absent where no secret goes into the request. */
  readonly injecting: Injecting | undefined;
}

/** Of one that could not be opened: nothing of its messages is carried. */
export const UNTOUCHED: ExchangeHandling = { masking: {}, recording: undefined, injecting: undefined };

/** @failure store_unavailable | audit_unavailable | credential_unavailable */
export async function openHandling(
  permitted: Permitted,
  masks: Masks,
  services: Services,
): Promise<Result<ExchangeHandling, Failure>> {
  const masking = await openMasking(permitted, masks, services);
  if (!masking.ok) return masking;
  const injecting = await openInjecting(permitted, services);
  if (!injecting.ok) return injecting;
  const recording = await openContentRecording(permitted, services);
  if (!recording.ok) return recording;
  return ok({ masking: scrubbing(masking.value, injecting.value), recording: recording.value, injecting: injecting.value });
}
