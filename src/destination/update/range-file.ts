import { fail, ok, type Result } from '../../core/result.ts';

/** One block of addresses as its publisher states it. */
export interface RangeRow {
  /** Canonical `address/length`. */
  readonly cidr: string;
  /** `aws`, `gcp`, `azure` … */
  readonly provider: string;
  /**
   * Region of the provider, or ISO 3166-1 or 3166-2 code of a geofeed, or {@link NO_REGION}, or {@link UNKNOWN_REGION}; empty
   * where the publisher's list has no such column.
   */
  readonly region: string;
  /** What is served there, several separated by `|`; a city for a geofeed. May be empty. */
  readonly service: string;
}

/** The publisher says that the block is of no region: edge, anycast, global load balancers. */
export const NO_REGION = 'GLOBAL';

/**
 * The publisher contradicts itself about the block, or declines to place it. A region that nobody documents, so its place is
 * unknown; the row hides what wider rows around it say.
 */
export const UNKNOWN_REGION = 'unknown';

const RANGE_FILE_HEADER = 'cidr,provider,region,service';

const LINE =
  /^([0-9a-f.:]+\/\d{1,3}),([a-z0-9-]{1,64}),(GLOBAL|[a-z0-9-]{0,64}|[A-Z]{2}(?:-[A-Z0-9]{1,3})?),([^",\p{Cc}]{0,200})$/u;

/** The text of a range file: header and one line per row, in the order given. No value needs quotes. */
export function printRangeFile(rows: readonly RangeRow[]): string {
  const lines = rows.map(({ cidr, provider, region, service }) => `${cidr},${provider},${region},${serviceText(service)}`);
  return `${[RANGE_FILE_HEADER, ...lines].join('\n')}\n`;
}

/** The rows of a range file; the failure names the line. A file without its last newline is cut and refused. */
export function parseRangeFile(text: string): Result<readonly RangeRow[], string> {
  if (!text.endsWith('\n')) return fail('Found no newline at the end; the file is cut');
  const [header, ...lines] = text.slice(0, -1).split('\n');
  if (header !== RANGE_FILE_HEADER) return fail(`line 1: expected "${RANGE_FILE_HEADER}"`);
  const rows: RangeRow[] = [];
  for (const [index, line] of lines.entries()) {
    const [, cidr, provider, region, service] = LINE.exec(line) ?? [];
    if (cidr === undefined || provider === undefined || region === undefined || service === undefined) {
      return fail(`line ${index + 2}: found ${JSON.stringify(line.slice(0, 100))}, expected ${RANGE_FILE_HEADER}`);
    }
    rows.push({ cidr, provider, region, service });
  }
  return ok(rows);
}

// Cities may hold commas; nothing decides on this column, so it gives way to the format.
function serviceText(service: string): string {
  return service
    .replaceAll(/[",\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
