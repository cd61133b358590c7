import { fieldOf, type Injection } from '../core/exchange/injection.ts';
import type { RawFields } from '../core/exchange/reply-sink.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Instant } from '../core/units.ts';
import { isFieldValue } from '../wire/http/fields.ts';
import { awsCredential, signedFields } from './aws-sigv4.ts';
import { withQueryValue } from './query.ts';

/** A request as it leaves, but for the secret. */
export interface Leaving {
  readonly method: string;
  readonly target: string;
  /** With Host. */
  readonly fields: RawFields;
  /** Of the content, SHA-256 in hexadecimal digits; absent where it is not known before it is sent. */
  readonly digest?: string | undefined;
}

/** What a secret adds to a request. */
export interface Injected {
  readonly target: string;
  readonly fields: RawFields;
}

/**
 * Puts a secret into a request, in place of whatever stands there.
 *
 * @param secret of a credential; where it is that of an OAuth client, the token that the client was given
 * @failure a sentence, without the secret: it cannot stand where it has to go
 */
export function inject(leaving: Leaving, injection: Injection, secret: string, now: Instant): Result<Injected, string> {
  const { target } = leaving;
  switch (injection.by) {
    case 'query':
      return ok({ target: withQueryValue(target, injection.name, secret), fields: leaving.fields });
    case 'field':
      return withField(
        leaving,
        injection,
        injection.template.replace('{}', () => secret),
      );
    case 'basic':
      return withField(leaving, injection, `Basic ${Buffer.from(`${injection.user}:${secret}`, 'utf8').toString('base64')}`);
    case 'aws-sigv4': {
      const credential = awsCredential(secret);
      if (!credential.ok) return credential;
      return ok({ target, fields: signedFields(leaving, { ...injection, ...credential.value, now }) });
    }
    case 'oauth2':
      return withField(leaving, injection, `Bearer ${secret}`);
  }
}

function withField({ target, fields }: Leaving, injection: Injection, value: string): Result<Injected, string> {
  if (!isFieldValue(value)) return fail('Its value cannot stand in a field: it holds a character that no field may have');
  const name = fieldOf(injection)!;
  return ok({ target, fields: [...withoutField(fields, name), name, value] });
}

/** @param name in lower case */
function withoutField(fields: RawFields, name: string): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (fields[i]!.toLowerCase() !== name) kept.push(fields[i]!, fields[i + 1]!);
  }
  return kept;
}

/** The parts of a secret that must not come back: of a signature the key, and the token beside it. */
export function secretParts(injection: Injection, secret: string): readonly string[] {
  if (injection.by === 'basic') return [secret, Buffer.from(`${injection.user}:${secret}`, 'utf8').toString('base64')];
  if (injection.by !== 'aws-sigv4') return [secret];
  const credential = awsCredential(secret);
  if (!credential.ok) return [secret];
  const { key, sessionToken } = credential.value;
  return sessionToken === undefined ? [key] : [key, sessionToken];
}
