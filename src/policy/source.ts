import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type Pair } from 'yaml';
import type { IssueList } from './issue.ts';
import type { Position } from './model.ts';
import { plainValue, type KeyIndex } from './reading/plain-value.ts';
import type { Path, ParsedSource } from './reading/parsed-source.ts';

/** A policy file as it was read. */
export interface SourceText {
  /** As issues show it, and as `authority` names it. */
  readonly file: string;
  readonly text: string;
}

/** A policy file with more characters than this is refused before it is read. */
export const MAX_SOURCE_LENGTH = 1024 * 1024;
/** After a syntax error the parser guesses; more of its guesses than this help nobody. */
const MAX_SYNTAX_ERRORS = 10;

/**
 * Reads one file as YAML 1.2 core, strictly: one document, no directives, tags, anchors, aliases or merge keys, unique text
 * keys, numbers in plain decimal. What is written more cleverly is an error with its position, so nothing can expand,
 * change type (`NO` is text) or be read in two ways.
 *
 * @returns undefined when the text is not YAML at all; all else is reported to `issues` and read on
 */
export function parseSource(file: string, text: string, issues: IssueList): ParsedSource | undefined {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const report = (offset: number, path: string, message: string, hint?: string): void =>
    issues.add({ severity: 'error', ...at(offset), path, message, ...(hint !== undefined && { hint }) });
  if (text.length > MAX_SOURCE_LENGTH) {
    report(0, '', `Found ${text.length} characters, expected at most ${MAX_SOURCE_LENGTH} in one file`, 'split the file');
    return undefined;
  }
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    merge: false,
    // Its own check compares every key with every other; `plainValue` finds duplicates in linear time.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
    lineCounter: lines,
  });
  if (!reportSyntax(document, report)) return undefined;
  const keys: KeyIndex = new Map();
  const value = plainValue(document.contents, { keys, report });
  return new ReadSource(file, value, document, keys, at);
}

type Report = (offset: number, path: string, message: string, hint?: string) => void;

/** Whether the document may be read on. */
function reportSyntax(document: Document, report: Report): boolean {
  for (const error of document.errors.slice(0, MAX_SYNTAX_ERRORS)) {
    report(error.pos[0], '', SYNTAX_MESSAGES[error.code] ?? error.message, SYNTAX_HINTS[error.code]);
  }
  const directives = document.directives?.yaml;
  // `%YAML 1.1` would turn NO into false and 010 into 8.
  if (directives?.explicit === true)
    report(0, '', `Found a %YAML directive, expected none`, 'remove it: policies are YAML 1.2');
  return document.errors.length === 0 && directives?.explicit !== true;
}

const SYNTAX_MESSAGES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'Found a second document, expected one document in a file',
  RESOURCE_EXHAUSTION: 'Found values nested too deeply to be read',
};
const SYNTAX_HINTS: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'move it to a file of its own',
  TAB_AS_INDENT: 'indent with spaces',
};

class ReadSource implements ParsedSource {
  readonly file: string;
  readonly value: unknown;
  readonly #document: Document;
  readonly #keys: KeyIndex;
  readonly #at: (offset: number) => Position;

  constructor(file: string, value: unknown, document: Document, keys: KeyIndex, at: (offset: number) => Position) {
    this.file = file;
    this.value = value;
    this.#document = document;
    this.#keys = keys;
    this.#at = at;
  }

  position(path: Path): Position {
    const { node, pair } = this.#locate(path);
    return this.#at(startOf(node) ?? startOf(pair?.key) ?? 0);
  }

  keyPosition(path: Path): Position {
    const { node, pair } = this.#locate(path);
    return this.#at(startOf(pair?.key) ?? startOf(node) ?? 0);
  }

  /** The value at `path` with the pair that holds it; the nearest ancestor where the path ends early. */
  #locate(path: Path): { node: Node | null; pair?: Pair } {
    let found: { node: Node | null; pair?: Pair } = { node: this.#document.contents };
    for (const key of path) {
      const next = this.#step(found.node, key);
      if (next === undefined) break;
      found = next;
    }
    return found;
  }

  #step(node: Node | null, key: string | number): { node: Node | null; pair?: Pair } | undefined {
    if (isMap(node)) {
      const pair = this.#keys.get(node)?.get(String(key));
      return pair === undefined ? undefined : { node: isNode(pair.value) ? pair.value : null, pair };
    }
    const item = isSeq(node) ? node.items[Number(key)] : undefined;
    return isNode(item) ? { node: item } : undefined;
  }
}

function startOf(node: unknown): number | undefined {
  // An empty value has a range, but it is where the next token starts: its key says better what is meant.
  if (!isNode(node) || (isScalar(node) && node.source === '')) return undefined;
  return node.range?.[0];
}
