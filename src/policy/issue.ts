import type { Position } from './model.ts';

/** One thing that is wrong with a policy (`error`) or deserves a second look (`warning`), and where it stands. */
export interface PolicyIssue extends Position {
  readonly severity: 'error' | 'warning';
  /** Where it is in the document, such as `rules[0].to.hosts[1]`; empty for the whole file. */
  readonly path: string;
  /** What was found and what was expected. */
  readonly message: string;
  /** What would mend it. */
  readonly hint?: string;
}

/** `file:line:col: error: message (hint)`, the form that editors and CI logs link. */
export function formatIssue(issue: PolicyIssue): string {
  const hint = issue.hint === undefined ? '' : ` (${issue.hint})`;
  return `${issue.file}:${issue.line}:${issue.column}: ${issue.severity}: ${issue.message}${hint}`;
}

/** Issues beyond this number are counted, not kept: a broken megabyte must not become a broken gigabyte. */
const MAX_ISSUES = 1000;

/** Collects issues while a policy is read; every error is reported at once. */
export class IssueList {
  readonly #issues: PolicyIssue[] = [];
  #errors = 0;
  #dropped = 0;

  add(issue: PolicyIssue): void {
    if (issue.severity === 'error') this.#errors++;
    if (this.#issues.length < MAX_ISSUES) this.#issues.push(issue);
    else this.#dropped++;
  }

  /** Errors so far, those not kept included. */
  get errors(): number {
    return this.#errors;
  }

  /** Ordered by file as given, then by position. */
  toSorted(files: readonly string[]): readonly PolicyIssue[] {
    const rank = new Map(files.map((file, index) => [file, index]));
    const order = (file: string): number => rank.get(file) ?? files.length;
    const sorted = this.#issues.toSorted((a, b) => order(a.file) - order(b.file) || a.line - b.line || a.column - b.column);
    const last = sorted.at(-1);
    if (last === undefined || this.#dropped === 0) return sorted;
    const severity = this.#errors > 0 ? 'error' : 'warning';
    return [...sorted, { ...last, severity, path: '', message: `${this.#dropped} further issues are not shown` }];
  }
}
