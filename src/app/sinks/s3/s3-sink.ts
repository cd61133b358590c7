import { hash } from 'node:crypto';
import { parseCountryCode } from '../../../core/place/country.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { WorldData } from '../../../policy/model.ts';
import { secretNameProblem } from '../../../store/secrets/secret-name.ts';
import type { SinkLabel } from '../../../telemetry/metrics.ts';
import { ownReceiver, type OwnReceiver, type ReceiverParts } from '../../egress/own-receiver.ts';
import { statedPlace } from '../../loading/stated-place.ts';
import { boundsOf, type WatchedSink } from '../sink-watch.ts';

/** How a bucket keeps what is put there, by itself: nobody deletes it before its time. */
export type LockMode = 'compliance' | 'governance';

/** A bucket of the settings, judged as far as that goes before anything is sent. */
export interface S3Sink extends OwnReceiver, WatchedSink {
  /** Digest of the URL: how far it has come is kept under it. */
  readonly id: string;
  /** Of the bucket, without a slash at the end. */
  readonly url: string;
  readonly region: string;
  /** Name of the secret with its credential. */
  readonly secret: string;
  /** What it has to do by itself with each object. */
  readonly lock: LockMode | undefined;
}

/** Amazon S3, "Bucket naming rules"; no dots, which no certificate of a virtual host covers. */
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** @failure a sentence that names the setting: what is missing, a place that is unknown, not at home, or not that of the region */
export function s3SinkOf(index: number, parts: ReceiverParts): Result<S3Sink, string> {
  const given = parts.settings.sinks[index]!;
  const { bucket, region, secret, place, endpoint, addressing, url: stray } = given;
  const label: SinkLabel = `sinks[${index}]`;
  if (stray !== undefined) return fail(`${label}.url: Found one in a sink of type s3, expected endpoint`);
  if (bucket === undefined || !BUCKET.test(bucket)) {
    return fail(`${label}.bucket: Found ${bucket ?? 'none'}, expected 3 to 63 lower-case letters, digits and hyphens`);
  }
  if (region === undefined) return fail(`${label}.region: Found none, expected the region of the bucket`);
  const problem = secret === undefined ? 'Found none, expected the name of a secret ID:SECRET' : secretNameProblem(secret);
  if (secret === undefined || problem !== undefined) return fail(`${label}.secret: ${problem}`);
  const there = endpoint === undefined ? inRegion(label, region, place, parts.world) : ok(undefined);
  if (!there.ok) return there;
  const url = bucketUrl(bucket, endpoint ?? `https://s3.${region}.amazonaws.com`, addressing ?? usual(endpoint));
  if (!url.ok) return fail(`${label}.endpoint: ${url.failure}`);
  const telling = { because: 'records are copied elsewhere', atHome: 'no copy of the record leads out of it' };
  const methods = ['GET', 'HEAD', 'PUT'] as const;
  const judged = ownReceiver({ setting: label, rule: 'sink', url: url.value, place, methods, ...telling }, parts);
  if (!judged.ok) return judged;
  const kept = { region, secret, lock: given['object-lock'], ...boundsOf(given) };
  return ok({ id: hash('sha256', url.value).slice(0, 32), label, url: url.value, ...kept, ...judged.value });
}

function usual(endpoint: string | undefined): 'path' | 'virtual' {
  return endpoint === undefined ? 'virtual' : 'path';
}

/** AWS says which country its region is in; it has to be the one that is stated. */
function inRegion(label: SinkLabel, region: string, place: string, world: WorldData): Result<void, string> {
  const country = parseCountryCode(world.regions.get(`aws:${region}`) ?? '');
  if (country === undefined) return fail(`${label}.region: Found ${region}, expected a region of AWS that is known`);
  const stated = statedPlace(`${label}.place`, place, world);
  if (!stated.ok) return stated;
  const found = statedPlace(`${label}.region`, country, world);
  if (!found.ok || found.value.countries.isSubsetOf(stated.value.countries)) return found.ok ? ok(undefined) : found;
  return fail(`${label}.place: Found ${place}, expected ${country}: that is where aws:${region} is`);
}

function bucketUrl(bucket: string, endpoint: string, addressing: 'path' | 'virtual'): Result<string, string> {
  const found = /^(https?:\/\/)([^/?#@]+)\/?$/.exec(endpoint);
  if (found === null) return fail('Found a path or no URL, expected https://host');
  const [, scheme = '', authority = ''] = found;
  return ok(addressing === 'path' ? `${scheme}${authority}/${bucket}` : `${scheme}${bucket}.${authority}`);
}
