/**
 * Second-level labels under which the registries of countries let the public register names, such as `co` in `co.uk`. Not
 * the Public Suffix List: a guard against globs that are surely a mistake, small enough to be read.
 */
const SECOND_LEVEL: ReadonlySet<string> = new Set(
  'ac asn co com conf edu firm gen go gob gouv gov govt gv id ind inf info int ltd me mil museum muni name ne net nhs nic nom or org plc police pro res sch school tm web'.split(
    ' ',
  ),
);

/** Suffixes below which strangers register names, that the rule of {@link SECOND_LEVEL} does not reach. */
const FURTHER: ReadonlySet<string> = new Set(['co.com', 'eu.com', 'uk.com', 'us.com', 'de.com', 'gb.net', 'uk.net', 'eu.org']);

/** Whether names directly below this canonical name belong to unrelated owners, as far as such a short table can tell. */
export function isPublicSuffix(name: string): boolean {
  const dot = name.indexOf('.');
  if (dot < 0) return true;
  if (name.includes('.', dot + 1)) return false;
  const isCountry = name.length - dot - 1 === 2;
  return FURTHER.has(name) || (isCountry && SECOND_LEVEL.has(name.slice(0, dot)));
}
