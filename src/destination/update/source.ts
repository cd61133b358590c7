import type { Result } from '../../core/result.ts';
import type { Bytes, Instant } from '../../core/units.ts';
import type { RangeRow } from './range-file.ts';

/** A publisher of a table: where it is fetched, how it is read, and what makes it believable. */
export interface UpdateSource {
  /** Also the stem of the file and the provider in its rows. */
  readonly id: string;
  readonly kind: 'ranges' | 'geoip';
  /** Documents that make up the table, in the order in which `read` takes them. */
  readonly documents: readonly DocumentLocation[];
  /** Per document. */
  readonly maxBytes: Bytes;
  /** Fewer rows (nodes of a MaxMind DB) are no table. */
  readonly minimumRows: number;
  /** Where the publisher's endpoint is; the gateway's own egress is judged like any other (invariant 10). */
  readonly place: 'global' | 'unknown';
  readonly read: (documents: readonly SourceDocument[]) => Result<SourceTable, string>;
}

/** Where a document is: at one address, at one per month, where a page links to, or behind an account. */
export type DocumentLocation =
  | { readonly kind: 'fixed'; readonly url: string }
  /** `{month}` stands for `YYYY-MM`; the month before is tried when the current one is not published yet. */
  | { readonly kind: 'monthly'; readonly template: string }
  /** The first match of `link` on the page is the address. */
  | { readonly kind: 'linked'; readonly page: string; readonly link: RegExp }
  /** Given to those who hold a licence key; the address may redirect, once, to one of these hosts. */
  | { readonly kind: 'licensed'; readonly url: string; readonly redirectsTo: readonly string[] };

export interface SourceDocument {
  readonly url: string;
  readonly bytes: Uint8Array;
  /** From the Last-Modified field, if the server sent a valid one. */
  readonly lastModified?: Instant;
}

export type SourceTable =
  | {
      readonly kind: 'ranges';
      /** `YYYY-MM-DD` as the document states it; absent when it does not. */
      readonly date?: string;
      readonly rows: readonly RangeRow[];
    }
  | { readonly kind: 'geoip'; readonly date: string; readonly bytes: Uint8Array; readonly nodes: number };
