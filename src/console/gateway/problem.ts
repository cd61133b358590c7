/** Why something was not done (RFC 9457), as the gateway says it or as the console has to say it itself. */
export interface Problem {
  /** 0 where no answer came. */
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
}

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

const NO_ANSWER: Problem = {
  status: 0,
  title: 'The gateway does not answer',
  detail: 'Nothing was changed as far as the console knows. Look again before you repeat it.',
};

/** What an answer that is no success says. */
export async function problemOf(response: Response): Promise<Problem> {
  try {
    const problem = (await response.json()) as Partial<Problem>;
    if (typeof problem.title === 'string') return { ...problem, title: problem.title, status: response.status };
  } catch {
    // An answer of something in between, which is no problem document.
  }
  return { status: response.status, title: `Found an answer with status ${response.status} that the console cannot read` };
}

export function noAnswer(): Problem {
  return NO_ANSWER;
}
