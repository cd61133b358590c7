import { EXIT, type ExitCode } from '../exit-code.ts';
import { shownText } from '../shown-text.ts';

/** Why the admin API did not do what was asked: what was found, and what to do about it. */
export interface ApiFailure {
  readonly code: ExitCode;
  readonly sentence: string;
  /** Another attempt may end otherwise by itself. */
  readonly isPassing?: true;
}

export const MINTING = 'cordon token mint --role approver --person NAME --group GROUP --ttl 12h';

/** Nothing was answered. */
export function unreachable(base: URL, error: NodeJS.ErrnoException): ApiFailure {
  const { code, message } = error;
  if (isCertificateError(code)) {
    const sentence = `The certificate of ${base.origin} was not believed (${code}): name its CA in NODE_EXTRA_CA_CERTS, and use a name that is in it`;
    return { code: EXIT.failed, sentence };
  }
  const why = code === 'ECONNREFUSED' ? 'the connection was refused' : shownText(message === '' ? String(code) : message);
  const sentence = `Found no gateway at ${base.origin} (${why}): start it, or say with --api where its admin API is`;
  return { code: EXIT.failed, sentence, isPassing: true };
}

function isCertificateError(code: string | undefined): code is string {
  return code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_/.test(code);
}

/** Something was answered that the admin API of Cordon does not say. */
export function strange(base: URL, status: number): ApiFailure {
  const sentence = `Found another program at ${base.origin} (it answered ${status}), expected the admin API of Cordon: say with --api where that is`;
  return { code: EXIT.failed, sentence };
}

interface Problem {
  readonly title: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
}

/** A problem (RFC 9457) was answered. */
export function refused(base: URL, status: number, problem: Problem): ApiFailure {
  const detail = shownText(problem.detail ?? problem.title);
  switch (status) {
    case 401: {
      const sentence = `The gateway at ${base.origin} does not know the token in CORDON_TOKEN: it is wrong, has ended or was revoked. \`${MINTING}\` prints another`;
      return { code: EXIT.usage, sentence };
    }
    case 403:
      return { code: EXIT.negative, sentence: `Not allowed: ${detail}` };
    case 404:
    case 409:
      return { code: EXIT.negative, sentence: detail };
    case 400:
    case 422: {
      const members = (problem.errors ?? []).map(({ pointer, message }) => shownText(`; ${pointer} ${message}`));
      return { code: EXIT.usage, sentence: `${detail}${members.join('')}` };
    }
    default:
      return { code: EXIT.failed, sentence: `The gateway at ${base.origin} cannot do it: ${detail}`, isPassing: true };
  }
}

/** What a text says about a problem; undefined where it is no problem. */
export function parseProblem(text: string): Problem | undefined {
  try {
    const parsed = JSON.parse(text) as Partial<Problem> | null;
    return typeof parsed?.title === 'string' ? (parsed as Problem) : undefined;
  } catch {
    return undefined;
  }
}
