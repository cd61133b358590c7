/** The rows that are shown, from top to bottom. */
function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('a[data-request]')];
}

/** The request whose row has the focus. */
export function focusedRequest(): string | undefined {
  return document.activeElement?.closest('.row')?.querySelector<HTMLElement>('a[data-request]')?.dataset['request'];
}

export function focusRequest(id: string): void {
  const row = rows().find(({ dataset }) => dataset['request'] === id) ?? rows()[0];
  row?.focus();
  row?.closest('.row')?.scrollIntoView({ block: 'nearest' });
}

/** The request after or before one; the first where there is none, undefined at the end. */
export function stepFrom(id: string | undefined, step: 1 | -1): string | undefined {
  const ids = rows().map(({ dataset }) => dataset['request']);
  const at = ids.indexOf(id);
  return at === -1 ? ids[0] : ids[at + step];
}
