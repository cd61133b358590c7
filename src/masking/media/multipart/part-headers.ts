import { UnreadableContent } from '../../unreadable.ts';
import { decodeText } from '../bytes/text-bytes.ts';
import { parseMediaType, type MediaType } from '../media-type.ts';

/** How the content of a part is written; `identity` stands for 7bit, 8bit and binary. */
export type TransferEncoding = 'identity' | 'base64' | 'quoted-printable';

/** What the header section of a part says about its content. */
export interface PartHeaders {
  /** `text/plain` where the part names none. */
  readonly mediaType: MediaType;
  readonly encoding: TransferEncoding;
  /** Name of the form field; absent where there is none. */
  readonly fieldName?: string;
  /** Whether the part is sent as a file. */
  readonly isFile: boolean;
}

const ENCODINGS: ReadonlyMap<string, TransferEncoding> = new Map([
  ['7bit', 'identity'],
  ['8bit', 'identity'],
  ['binary', 'identity'],
  ['base64', 'base64'],
  ['quoted-printable', 'quoted-printable'],
]);

/**
 * Reads the header section of a part.
 *
 * @param section lines, each with its CRLF, without the empty one at the end
 * @throws UnreadableContent where receivers would not read one thing: lines that are no fields, fields given twice, an
 * unknown encoding
 * @source RFC 2046 §5.1, RFC 7578 §4
 */
export function parsePartHeaders(section: Uint8Array): PartHeaders {
  const fields = fieldsOf(decodeText(section));
  const mediaType = parseMediaType(fields.get('content-type') ?? 'text/plain');
  if (mediaType === undefined) throw new UnreadableContent('Found a part whose Content-Type is no media type');
  const encoding = ENCODINGS.get((fields.get('content-transfer-encoding') ?? 'binary').toLowerCase());
  if (encoding === undefined) throw new UnreadableContent('Found a part with an unknown Content-Transfer-Encoding');
  const disposition = fields.get('content-disposition') ?? '';
  const fieldName = /;[ \t]*name="([^"]*)"/i.exec(disposition)?.[1];
  const isFile = /;[ \t]*filename\*?[ \t]*=/i.test(disposition);
  return { mediaType, encoding, isFile, ...(fieldName !== undefined && { fieldName }) };
}

function fieldsOf(section: string): Map<string, string> {
  const fields = new Map<string, string>();
  const lines = section.replace(/\r\n(?=[ \t])/g, '').split('\r\n');
  for (const line of lines.slice(0, -1)) {
    const field = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n\0]*?)[ \t]*$/.exec(line);
    if (field === null) throw new UnreadableContent('Found a line among the header fields of a part that is none');
    const name = field[1]!.toLowerCase();
    if (fields.has(name)) throw new UnreadableContent('Found a part that has a header field twice');
    fields.set(name, field[2]!);
  }
  return fields;
}
