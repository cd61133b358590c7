import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { MeAnswer, MintAnswer, MintBody } from '../../admin/contract/people.ts';
import type { Problem } from '../gateway/problem.ts';
import { useSeat } from '../gateway/use-gateway.ts';
import { Choice } from '../parts/choice.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';

type Role = MeAnswer['role'];

const KINDS = ['person', 'agent'] as const;
type Kind = (typeof KINDS)[number];
const ROLES: readonly Role[] = ['viewer', 'approver', 'auditor', 'operator', 'admin'];

/** Asks for a new token. */
export function MintForm({ onMinted }: { readonly onMinted: (minted: MintAnswer) => void }): JSX.Element {
  const { gateway } = useSeat();
  const [kind, setKind] = useState<Kind>('person');
  const [problem, setProblem] = useState<Problem>();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const answer = await gateway.post<MintAnswer>(
      '/v1/tokens',
      orderOf(kind, new FormData(event.currentTarget as HTMLFormElement)),
    );
    if (answer.ok) onMinted(answer.value);
    else setProblem(answer.problem);
  };
  return (
    <form class="mint-form" aria-label="Mint a token" onSubmit={(event) => void submit(event)}>
      <Choice label="For whom" options={KINDS} chosen={kind} onChoose={setKind} />
      {kind === 'agent' ? <Text name="agent" label="Agent" required /> : <PersonFields />}
      <Text name="ttl" label="Valid for" initial="12h" required />
      {problem && <ProblemNotice problem={problem} />}
      <button class="primary" type="submit">
        Mint
      </button>
    </form>
  );
}

function PersonFields(): JSX.Element {
  return (
    <>
      <Text name="person" label="Person (e-mail address)" required />
      <div>
        <label for="mint-role">Role</label>
        <select id="mint-role" name="role">
          {ROLES.map((role) => (
            <option key={role}>{role}</option>
          ))}
        </select>
      </div>
      <Text name="groups" label="Groups, separated by commas" />
      <Text name="places" label="Places, separated by commas; everywhere where empty" />
    </>
  );
}

interface TextProps {
  readonly name: keyof MintBody;
  readonly label: string;
  readonly initial?: string;
  readonly required?: boolean;
}

function Text({ name, label, initial = '', required = false }: TextProps): JSX.Element {
  const id = `mint-${name}`;
  return (
    <div>
      <label for={id}>{label}</label>
      <input id={id} name={name} defaultValue={initial} required={required} autocomplete="off" spellcheck={false} />
    </div>
  );
}

function orderOf(kind: Kind, fields: FormData): MintBody {
  const text = (name: keyof MintBody): string => {
    const value = fields.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const list = (name: keyof MintBody): string[] =>
    text(name)
      .split(/[\s,]+/)
      .filter((each) => each !== '');
  if (kind === 'agent') return { agent: text('agent'), ttl: text('ttl') };
  const groups = list('groups');
  const places = list('places');
  return {
    person: text('person'),
    role: text('role') as Role,
    ...(groups.length > 0 && { groups }),
    ...(places.length > 0 && { places }),
    ttl: text('ttl'),
  };
}
