import type { JSX } from 'preact';
import { FILTERS, type FilterName, type Filters } from './filter-query.ts';

interface FilterFormProps {
  readonly filters: Filters;
  readonly onFilter: (filters: Filters) => void;
}

const CHOICES: Readonly<{ [name in FilterName]?: readonly (readonly [value: string, label: string])[] }> = {
  since: [
    ['', 'Any time'],
    ['15m', 'The last 15 minutes'],
    ['1h', 'The last hour'],
    ['1d', 'The last day'],
    ['7d', 'The last 7 days'],
    ['30d', 'The last 30 days'],
  ],
  decision: [
    ['', 'Any decision'],
    ['permit', 'Permitted'],
    ['hold', 'Held'],
    ['deny', 'Denied'],
  ],
};

const FIELDS: Readonly<Record<FilterName, readonly [label: string, hint: string]>> = {
  since: ['Time', ''],
  decision: ['Decision', ''],
  subject: ['Agent', 'As the policy names it'],
  host: ['Host', 'api.example.com, or *.example.com'],
  place: ['Place', 'DE, aws:eu-central-1, unknown'],
  code: ['Code', 'outside_home'],
  rule: ['Rule', 'One that decided'],
  entity: ['Found', 'email, iban'],
  session: ['Session', 'Its id'],
};

/** What the list is narrowed by. */
export function FilterForm({ filters, onFilter }: FilterFormProps): JSX.Element {
  const submit = (event: Event): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    onFilter(Object.fromEntries(FILTERS.map((name) => [name, textOf(fields.get(name))])));
  };
  const isNarrowed = Object.keys(filters).length > 0;
  return (
    // Another one where the address was changed by other means, with what that says in it.
    <form class="filters" key={JSON.stringify(filters)} onSubmit={submit} role="search" aria-label="Exchanges">
      {FILTERS.map((name) => (
        <Filter key={name} name={name} value={filters[name] ?? ''} />
      ))}
      <div class="buttons">
        <button class="primary" type="submit">
          Filter
        </button>
        {isNarrowed && (
          <button type="button" onClick={() => onFilter({})}>
            Show all
          </button>
        )}
      </div>
    </form>
  );
}

function Filter({ name, value }: { readonly name: FilterName; readonly value: string }): JSX.Element {
  const [label, hint] = FIELDS[name];
  const choices = CHOICES[name];
  const id = `filter-${name}`;
  return (
    <div>
      <label for={id}>{label}</label>
      {choices === undefined ? (
        <input
          id={id}
          name={name}
          defaultValue={value}
          placeholder={hint}
          maxLength={255}
          autocomplete="off"
          spellcheck={false}
        />
      ) : (
        <select id={id} name={name} defaultValue={value}>
          {choices.map(([each, text]) => (
            <option key={each} value={each} selected={each === value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

function textOf(value: FormDataEntryValue | null): string {
  return typeof value === 'string' ? value : '';
}
