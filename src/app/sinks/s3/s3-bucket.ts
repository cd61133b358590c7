import { hostText } from '../../../core/address.ts';
import type { Failure } from '../../../core/codes.ts';
import type { Clock } from '../../../core/ports.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { Bytes, Milliseconds } from '../../../core/units.ts';
import { type AwsCredential, signedFields } from '../../../credentials/aws-sigv4.ts';
import { parseAbsoluteForm } from '../../../wire/http/request-target.ts';
import { type OwnEgress, sendOwn } from '../../egress/own-request.ts';
import type { OwnAnswer, OwnMethod } from '../../egress/pinned-exchange.ts';
import { SINK_SESSION } from '../own-deliveries.ts';
import { NO_CONTENT, type S3Content } from './s3-content.ts';
import type { LockMode, S3Sink } from './s3-sink.ts';

export interface BucketParts {
  readonly credential: () => Promise<Result<AwsCredential, string>>;
  readonly egress: OwnEgress;
  readonly clock: Clock;
  readonly until: AbortSignal;
}

interface Asked {
  readonly query?: string;
  readonly fields?: readonly string[];
  readonly content?: S3Content;
}

/** Of one request: a segment over a slow line takes a while. */
const TIMEOUT: Milliseconds = 300_000;
/** Of an answer, of which a code or a mode is read. */
const MOST_ANSWER: Bytes = 64 * 1024;
const DIGEST_FIELD = 'x-amz-meta-cordon-sha256';

/** A bucket of an S3-compatible store, as far as the record is put there. Every request is an exchange of the gateway itself. */
export class S3Bucket {
  readonly #sink: S3Sink;
  readonly #parts: BucketParts;

  constructor(sink: S3Sink, parts: BucketParts) {
    this.#sink = sink;
    this.#parts = parts;
  }

  /**
   * Puts an object that is not there yet. `other`: something else lies under its key. The same content counts as put: whoever
   * did so was killed before it could remember, or is another process.
   * @failure what sending gives; origin_protocol: the store refuses
   */
  async put(key: string, content: S3Content): Promise<Result<'put' | 'other', Failure>> {
    // The digest beside a lock is what the store asks for, and the only thing that tells it of bytes damaged on the way.
    const fields = ['if-none-match', '*', 'content-md5', content.md5, DIGEST_FIELD, content.sha256];
    const answer = await this.#send('PUT', key, { fields, content });
    if (!answer.ok) return answer;
    if (answer.value.status === 200) return ok('put');
    if (answer.value.status !== 412) return refused('PUT', key, answer.value);
    const there = await this.#send('HEAD', key, {});
    if (!there.ok) return there;
    if (there.value.status !== 200) return refused('HEAD', key, there.value);
    return ok(there.value.fields[DIGEST_FIELD] === content.sha256 ? 'put' : 'other');
  }

  /** The lock that the bucket puts on each object by itself; undefined where there is none. @failure as {@link put} */
  async lockMode(): Promise<Result<LockMode | undefined, Failure>> {
    const answer = await this.#send('GET', '', { query: '?object-lock=' });
    if (!answer.ok) return answer;
    const { status, content } = answer.value;
    if (status === 404 && codeOf(content) === 'ObjectLockConfigurationNotFoundError') return ok(undefined);
    if (status !== 200) return refused('GET', '?object-lock', answer.value);
    const mode = /<Mode>(COMPLIANCE|GOVERNANCE)<\/Mode>/.exec(Buffer.from(content).toString('latin1'))?.[1];
    return ok(mode?.toLowerCase() as LockMode | undefined);
  }

  async #send(
    method: OwnMethod,
    key: string,
    { query = '', fields = [], content = NO_CONTENT }: Asked,
  ): Promise<Result<OwnAnswer, Failure>> {
    const { url, region, own, anchors } = this.#sink;
    const { egress, clock, until } = this.#parts;
    const form = parseAbsoluteForm(`${url}/${key}${query}`);
    if (!form.ok) return fail({ code: 'origin_protocol', detail: form.failure });
    const credential = await this.#parts.credential();
    if (!credential.ok) return fail({ code: 'credential_unavailable', detail: credential.failure });
    const { scheme, authority, requestTarget: target } = form.value;
    const host = hostText(authority.host);
    const named = authority.port === (scheme === 'https' ? 443 : 80) ? host : `${host}:${authority.port}`;
    const request = { method, target, fields: ['host', named, ...fields], digest: content.sha256 };
    const signed = signedFields(request, { ...credential.value, service: 's3', region, now: clock.now() });
    const limits = { maxBytes: MOST_ANSWER, isCut: true, timeout: TIMEOUT, until } as const;
    const message = { method, fields: byName(signed), content, anchors, ...limits };
    return await sendOwn(
      { session: SINK_SESSION, policy: own.policy, subject: own.subject, form: form.value, message },
      egress,
    );
  }
}

function byName(fields: readonly string[]): Record<string, string> {
  const named: Record<string, string> = {};
  for (let i = 0; i + 1 < fields.length; i += 2) named[fields[i]!] = fields[i + 1]!;
  return named;
}

function refused(method: OwnMethod, key: string, { status, content }: OwnAnswer): Result<never, Failure> {
  const code = codeOf(content);
  const what = code === undefined ? '' : ` ${code}`;
  return fail({ code: 'origin_protocol', detail: `The store answers ${method} ${key} with ${status}${what}` });
}

function codeOf(content: Uint8Array): string | undefined {
  return /<Code>(\w{1,64})<\/Code>/.exec(Buffer.from(content).toString('latin1'))?.[1];
}
