import type { Static, TSchema } from 'typebox/type';
import { fail, ok, type Result } from '../../../core/result.ts';
import { parseCidr } from '../../../wire/address/cidr.ts';
import { parseJson } from '../parse-json.ts';
import type { SourceDocument } from '../source.ts';

/** The text of a document; the failure says that its bytes are not UTF-8. */
export function documentText(document: SourceDocument | undefined): Result<string, string> {
  if (document === undefined) return fail('Found no document');
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(document.bytes));
  } catch {
    return fail(`${document.url}: found bytes that are not UTF-8`);
  }
}

/** The JSON of a document, when it has the shape that the publisher documents; members beyond that are ignored. */
export function readJson<S extends TSchema>(document: SourceDocument | undefined, schema: S): Result<Static<S>, string> {
  const text = documentText(document);
  if (!text.ok) return text;
  const value = parseJson(text.value, schema);
  return value.ok ? value : fail(`${document?.url}: ${value.failure}`);
}

/** The canonical text of a block; the failure starts with the path of the member it stands in. */
export function readCidr(text: string, path: string): Result<string, string> {
  const cidr = parseCidr(text);
  return cidr.ok ? ok(cidr.value.text) : fail(`${path}: ${cidr.failure}`);
}
