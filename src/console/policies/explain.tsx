import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ExplainAnswer, ExplainBody } from '../../admin/contract.ts';
import type { Problem } from '../gateway/problem.ts';
import { useSeat } from '../gateway/use-gateway.ts';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { Explanation } from './explanation.tsx';

/** A request that nobody makes: what would be decided about it, and why. */
export function Explain(): JSX.Element {
  const { gateway, announce } = useSeat();
  const [answered, setAnswered] = useState<ExplainAnswer>();
  const [problem, setProblem] = useState<Problem>();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const answer = await gateway.post<ExplainAnswer>('/v1/policy/explain', questionOf(event.currentTarget as HTMLFormElement));
    setAnswered(answer.ok ? answer.value : undefined);
    setProblem(answer.ok ? undefined : answer.problem);
    if (answer.ok) announce(`It would be: ${answer.value.decision.effect}. ${answer.value.decision.reason}`);
  };
  return (
    <section class="card" aria-labelledby="explain">
      <h2 id="explain">What would be decided?</h2>
      <p class="faint">Nothing is sent and no name is looked up: without addresses a name is judged by itself.</p>
      <form class="explain-form" onSubmit={(event) => void submit(event)}>
        <Field name="agent" label="Agent" required hint="As the policy names it" />
        <Field name="url" label="Address" required hint="https://host/path, or host:port with the method CONNECT" />
        <Field name="method" label="Method" hint="GET, or POST with content, where empty" />
        <Field name="addresses" label="Network addresses" hint="As a look-up would give them, separated by commas" />
        <Field name="type" label="Media type" hint="application/json" />
        <div>
          <label for="explain-content">Content</label>
          <textarea id="explain-content" name="content" rows={3} spellcheck={false} />
        </div>
        <button class="primary" type="submit">
          Explain
        </button>
      </form>
      {problem && <ProblemNotice problem={problem} />}
      {answered && <Explanation answer={answered} />}
    </section>
  );
}

interface FieldProps {
  readonly name: keyof ExplainBody;
  readonly label: string;
  readonly hint: string;
  readonly required?: boolean;
}

function Field({ name, label, hint, required = false }: FieldProps): JSX.Element {
  const id = `explain-${name}`;
  return (
    <div>
      <label for={id}>{label}</label>
      <input id={id} name={name} required={required} autocomplete="off" spellcheck={false} aria-describedby={`${id}-hint`} />
      <span id={`${id}-hint`} class="hint">
        {hint}
      </span>
    </div>
  );
}

/** What the form asks; a field that is empty is not asked about. */
function questionOf(form: HTMLFormElement): ExplainBody {
  const fields = new FormData(form);
  const text = (name: keyof ExplainBody): string => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : '';
  };
  const trimmed = (name: keyof ExplainBody): string => text(name).trim();
  const addresses = trimmed('addresses')
    .split(/[\s,]+/)
    .filter((each) => each !== '');
  return {
    agent: trimmed('agent'),
    url: trimmed('url'),
    ...(trimmed('method') !== '' && { method: trimmed('method').toUpperCase() }),
    ...(addresses.length > 0 && { addresses }),
    ...(trimmed('type') !== '' && { type: trimmed('type') }),
    ...(text('content') !== '' && { content: text('content') }),
  };
}
