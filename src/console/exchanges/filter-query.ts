/** What the list can be narrowed by, named as the admin API takes it, in the order of the form. */
export const FILTERS = ['since', 'decision', 'subject', 'host', 'place', 'code', 'rule', 'entity', 'session'] as const;
export type FilterName = (typeof FILTERS)[number];
export type Filters = Readonly<{ [name in FilterName]?: string }>;

/** The filters that an address holds; what is none of them is left out. */
export function parseFilters(query: string): Filters {
  const parameters = new URLSearchParams(query);
  return Object.fromEntries(FILTERS.map((name) => [name, parameters.get(name) ?? '']).filter(([, value]) => value !== ''));
}

/** The same as an address has it; empty where there are none. */
export function filterText(filters: Filters): string {
  const parameters = new URLSearchParams();
  for (const name of FILTERS) {
    const value = filters[name]?.trim() ?? '';
    if (value !== '') parameters.set(name, value);
  }
  return parameters.toString();
}
