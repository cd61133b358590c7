import type { Secrets } from '../../../core/ports.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { awsCredential, type AwsCredential } from '../../../credentials/aws-sigv4.ts';
import type { OwnEgress } from '../../egress/own-request.ts';
import { S3Bucket } from './s3-bucket.ts';
import type { LockMode, S3Sink } from './s3-sink.ts';
import { UploadFeed, type UploadParts } from './upload-feed.ts';

/**
 * Begins to copy segments to a bucket. Where the settings ask for an object lock, the bucket is asked first: a copy that anybody
 * may delete is not what was asked for.
 * @failure a sentence that names the setting: no such lock, or nobody can tell
 */
export async function openS3Sink(
  sink: S3Sink,
  { egress, secrets, ...parts }: UploadParts & { readonly egress: OwnEgress; readonly secrets: Secrets },
): Promise<Result<AsyncDisposable, string>> {
  const stop = new AbortController();
  const credential = async (): Promise<Result<AwsCredential, string>> => {
    const found = await secrets.find(sink.secret);
    if (!found.ok) return found;
    if (found.value === undefined) return fail(`${sink.label}.secret: Found none: cordon secrets set ${sink.secret}`);
    return awsCredential(found.value.trim());
  };
  const bucket = new S3Bucket(sink, { credential, egress, clock: parts.clock, until: stop.signal });
  if (sink.lock !== undefined) {
    const setting = `${sink.label}.object-lock`;
    const mode = await bucket.lockMode();
    if (!mode.ok) return fail(`${setting}: The bucket does not say whether it locks objects: ${mode.failure.detail}`);
    if (!isAsStrict(mode.value, sink.lock)) {
      return fail(
        `${setting}: Found ${mode.value ?? 'no default retention'}, expected ${sink.lock}: whoever can write could delete the copy`,
      );
    }
    parts.log.info({ sink: sink.label, lock: mode.value }, 'The bucket locks objects');
  }
  return ok(new UploadFeed(sink, bucket, stop, parts));
}

function isAsStrict(found: LockMode | undefined, asked: LockMode): boolean {
  return found === asked || found === 'compliance';
}
