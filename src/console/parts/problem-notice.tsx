import type { JSX } from 'preact';
import type { Problem } from '../gateway/problem.ts';
import { Foreign } from '../text/foreign.tsx';

interface ProblemNoticeProps {
  readonly problem: Problem;
  /** Asks again. */
  readonly again?: () => void;
}

/** What went wrong, in the words of the gateway. */
export function ProblemNotice({ problem, again }: ProblemNoticeProps): JSX.Element {
  const { title, detail, errors = [] } = problem;
  return (
    <div class="notice bad" role="alert">
      <strong>{title}</strong>
      {detail !== undefined && (
        <p>
          <Foreign text={detail} as="prose" />
        </p>
      )}
      {errors.length > 0 && (
        <ul>
          {errors.map(({ pointer, message }) => (
            <li key={pointer + message}>
              <code>{pointer}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}
