import type { IssueList, PolicyIssue } from '../issue.ts';
import type { Position } from '../model.ts';
import type { Path, ParsedSource } from './parsed-source.ts';

/** A place in a policy file that an issue can point at, such as the second host of a rule. */
export class Spot {
  readonly source: ParsedSource;
  readonly path: Path;
  readonly #issues: IssueList;

  constructor(source: ParsedSource, issues: IssueList, path: Path = []) {
    this.source = source;
    this.path = path;
    this.#issues = issues;
  }

  /** The spot of a member of this value. */
  at(...keys: Path): Spot {
    return new Spot(this.source, this.#issues, [...this.path, ...keys]);
  }

  /** Where the value starts; where it is missing, where its nearest ancestor starts. */
  get position(): Position {
    return this.source.position(this.path);
  }

  /** Reports an error at the value. */
  error(message: string, hint?: string): void {
    this.#add('error', this.position, message, hint);
  }

  /** Reports an error at the key of the value: for keys that should not be there. */
  errorAtKey(message: string, hint?: string): void {
    this.#add('error', this.source.keyPosition(this.path), message, hint);
  }

  /** Reports a warning at the value. */
  warning(message: string, hint?: string): void {
    this.#add('warning', this.position, message, hint);
  }

  #add(severity: PolicyIssue['severity'], position: Position, message: string, hint: string | undefined): void {
    this.#issues.add({ severity, ...position, path: showPath(this.path), message, ...(hint !== undefined && { hint }) });
  }
}

/** A path as people write it: `rules[0].to.hosts[1]`. */
export function showPath(path: Path): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${key}`)).join('');
}
