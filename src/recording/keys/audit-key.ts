import { parseNoteVerifier, type NoteVerifier } from '../tree/signed-note.ts';
import { WrappingKey, type ReadingKeys } from './record-keys.ts';

const MAGIC = 'cordon-audit-key 1';
const KEY_BYTES = 32;

/**
 * What an auditor is given to read and verify a copy of the record: it opens what is sealed and tells whose signature stands
 * under a checkpoint. With it nothing can be signed.
 *
 * @param wrapping the keys that data keys are wrapped with, or were
 * @param verifiers of each store
 */
export function auditKeyText(wrapping: readonly Uint8Array[], ...verifiers: readonly NoteVerifier[]): string {
  const opening = wrapping.map((key) => `opens ${Buffer.from(key).toString('base64')}`);
  const signing = verifiers.map(({ text }) => `signed-by ${text}`);
  return [MAGIC, ...opening, ...signing, ''].join('\n');
}

/**
 * Reads such a file, or one of the gateway's own (32 bytes), with which signatures cannot be verified.
 * @returns a sentence where it is neither
 */
export function readAuditKey(bytes: Buffer): ReadingKeys | string {
  if (bytes.length === KEY_BYTES) return { wrapping: [new WrappingKey(bytes)], verifiers: [] };
  const [magic, ...lines] = bytes.toString('utf8').trimEnd().split('\n');
  if (magic !== MAGIC) return `Found something else in the first line, expected "${MAGIC}", or a file of ${KEY_BYTES} bytes`;
  const wrapping: WrappingKey[] = [];
  const verifiers: NoteVerifier[] = [];
  for (const [index, line] of lines.entries()) {
    const [name, value = ''] = line.split(' ', 2);
    const key = Buffer.from(value, 'base64');
    const verifier = name === 'signed-by' ? parseNoteVerifier(value) : undefined;
    if (verifier !== undefined) verifiers.push(verifier);
    else if (name === 'opens' && key.length === KEY_BYTES) wrapping.push(new WrappingKey(key));
    else return `line ${index + 2}: Found no key, expected "opens <key>" or "signed-by <key>"`;
  }
  return { wrapping, verifiers };
}
