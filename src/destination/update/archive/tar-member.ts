import { fail, ok, type Result } from '../../../core/result.ts';
import type { Bytes } from '../../../core/units.ts';

const BLOCK: Bytes = 512;
/** Archives of publishers have a handful of members. */
const MAX_MEMBERS = 64;

/** Where fields of a header lie: offset and length in bytes. */
const FIELDS = {
  name: [0, 100],
  size: [124, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 5],
  prefix: [345, 155],
} as const;

/** Records of an extended header that would give the next member another name or length than its own header. */
const OVERRIDES = /\d (?:path|linkpath|size|hdrcharset|GNU\.)/;

interface Member {
  readonly name: string;
  readonly type: string;
  readonly content: Uint8Array;
}

/**
 * The content of the one regular file with exactly this name. Nothing is unpacked: the names of other members lead nowhere.
 * An archive that is cut, or that two readers could read differently (links, GNU long names, extended headers that rename or
 * resize, the name twice), is refused as a whole.
 *
 * @param archive all of it, inflated
 * @param name path inside the archive: `GeoLite2-Country_20260602/GeoLite2-Country.mmdb`
 * @source IEEE Std 1003.1-2024, pax, ustar Interchange Format
 */
export function tarMember(archive: Uint8Array, name: string): Result<Uint8Array, string> {
  let found: Uint8Array | undefined;
  let at = 0;
  for (let count = 0; count < MAX_MEMBERS; count++) {
    const header = archive.subarray(at, at + BLOCK);
    if (isBlank(header)) return ending(archive.subarray(at), found, name);
    const member = readMember(archive, at);
    if (!member.ok) return fail(`tar header at byte ${at}: ${member.failure}`);
    const problem = refusal(member.value);
    if (problem !== undefined) return fail(`tar header at byte ${at}: ${problem}`);
    if (member.value.name === name && isFile(member.value)) {
      if (found !== undefined) return fail(`tar header at byte ${at}: found "${name}" twice`);
      found = member.value.content;
    }
    at += BLOCK + Math.ceil(member.value.content.length / BLOCK) * BLOCK;
  }
  return fail(`found more than ${MAX_MEMBERS} members in a tar archive`);
}

/** Two blank blocks end an archive; what pads it to a record after them is blank as well. */
function ending(rest: Uint8Array, found: Uint8Array | undefined, name: string): Result<Uint8Array, string> {
  if (rest.length < 2 * BLOCK || !rest.every((byte) => byte === 0)) return fail('found no end of the tar archive: it is cut');
  return found === undefined ? fail(`found no file "${name}" in the tar archive`) : ok(found);
}

function readMember(archive: Uint8Array, at: number): Result<Member, string> {
  const header = archive.subarray(at, at + BLOCK);
  if (header.length < BLOCK) return fail('found less than a block: it is cut');
  if (textOf(header, 'magic') !== 'ustar') return fail('found no ustar header');
  if (octalOf(header, 'checksum') !== checksumOf(header)) return fail('found another sum than that of its bytes');
  const size = octalOf(header, 'size');
  if (size === undefined) return fail('found a length that is not octal');
  const content = archive.subarray(at + BLOCK, at + BLOCK + size);
  if (content.length < size) return fail(`found ${content.length} bytes of content, expected ${size}: it is cut`);
  const prefix = textOf(header, 'prefix');
  const name = textOf(header, 'name');
  return ok({ name: prefix === '' ? name : `${prefix}/${name}`, type: textOf(header, 'type'), content });
}

/** Why the archive has more than one reading because of this member. */
function refusal({ type, content }: Member): string | undefined {
  switch (type) {
    case '':
    case '0':
      return undefined;
    case '5':
      return content.length === 0 ? undefined : 'found a directory with content';
    case 'x':
    case 'g': {
      const records = new TextDecoder().decode(content);
      return OVERRIDES.test(records) ? 'found an extended header that renames or resizes' : undefined;
    }
    default:
      return `found a member of type ${JSON.stringify(type)}, expected files and directories`;
  }
}

function isFile({ type }: Member): boolean {
  return type === '' || type === '0';
}

function isBlank(header: Uint8Array): boolean {
  return header.length === BLOCK && header.every((byte) => byte === 0);
}

/** The text up to the first NUL. */
function textOf(header: Uint8Array, field: keyof typeof FIELDS): string {
  const [offset, length] = FIELDS[field];
  const bytes = header.subarray(offset, offset + length);
  const end = bytes.indexOf(0);
  return new TextDecoder('latin1').decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Digits between spaces and NULs, as writers pad them; the binary form of GNU is none. */
function octalOf(header: Uint8Array, field: 'size' | 'checksum'): number | undefined {
  const [offset, length] = FIELDS[field];
  const text = new TextDecoder('latin1').decode(header.subarray(offset, offset + length));
  const digits = /^ *([0-7]+)[ \0]*$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

/** The sum of the header's bytes, its own field counted as spaces. */
function checksumOf(header: Uint8Array): number {
  const [offset, length] = FIELDS.checksum;
  return header.reduce((sum, byte, at) => sum + (at >= offset && at < offset + length ? 0x20 : byte), 0);
}
