import { hash } from 'node:crypto';
import { fail, ok, type Result } from '../../core/result.ts';
import { secretNameProblem } from '../../store/secrets/secret-name.ts';
import type { SinkLabel } from '../../telemetry/metrics.ts';
import type { EndpointPolicy } from '../egress/own-endpoint-policy.ts';
import { ownReceiver, type ReceiverParts } from '../egress/own-receiver.ts';
import { boundsOf, type WatchedSink } from './sink-watch.ts';

/** A sink of the settings that takes records over HTTP, judged as far as that goes before anything is sent. */
export interface HttpSink extends WatchedSink {
  /** Digest of the URL: how far it has come is kept under it. */
  readonly id: string;
  /** For people. */
  readonly host: string;
  /** Name of the secret that batches are signed with. */
  readonly secret: string;
  readonly own: EndpointPolicy;
  readonly anchors: readonly string[] | undefined;
}

/** @failure a sentence that names the setting: a URL that is none, a place that is unknown or not at home */
export function httpSinkOf(index: number, parts: ReceiverParts): Result<HttpSink, string> {
  const given = parts.settings.sinks[index]!;
  const { url, secret, place, bucket, region, endpoint } = given;
  const label: SinkLabel = `sinks[${index}]`;
  if (url === undefined) return fail(`${label}.url: Found none, expected who takes the records`);
  if (secret === undefined) return fail(`${label}.secret: Found none, expected the name of a secret: records are signed`);
  const problem = secretNameProblem(secret);
  if (problem !== undefined) return fail(`${label}.secret: ${problem}`);
  const stray = Object.entries({ bucket, region, endpoint }).find(([, value]) => value !== undefined);
  if (stray !== undefined) return fail(`${label}.${stray[0]}: Found one in a sink of type http, expected it with type s3`);
  const telling = { because: 'records are copied elsewhere', atHome: 'no copy of the record leads out of it' };
  const judged = ownReceiver({ setting: label, rule: 'sink', url, place, methods: ['POST'], ...telling }, parts);
  if (!judged.ok) return judged;
  return ok({ id: hash('sha256', url, 'hex').slice(0, 32), label, ...boundsOf(given), secret, ...judged.value });
}
