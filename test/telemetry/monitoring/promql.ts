/** A metric as an expression names it. */
export interface Named {
  readonly metric: string;
  /** Labels that are compared, with what they are compared with; absent values are patterns or variables. */
  readonly labels: readonly { readonly name: string; readonly value?: string }[];
}

const SELECTOR = /\b((?:cordon|process|nodejs)_\w+)(?:\{([^}]*)\})?/g;
const MATCHER = /(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g;
const GROUPING = /\b(?:by|on|without)\s*\(([^)]*)\)/g;

/** What an expression of PromQL asks of this program's metrics: no parser, since names and labels are all that is compared. */
export function namedIn(expression: string): { readonly selectors: readonly Named[]; readonly grouping: readonly string[] } {
  const selectors = [...expression.matchAll(SELECTOR)].map(([, metric = '', matchers = '']) => ({
    metric,
    labels: [...matchers.matchAll(MATCHER)].map(([, name = '', operator, value = '']) => ({
      name,
      ...(operator === '=' && { value }),
    })),
  }));
  const grouping = [...expression.matchAll(GROUPING)].flatMap(([, labels = '']) =>
    labels.split(',').map((name) => name.trim()),
  );
  return { selectors, grouping };
}
