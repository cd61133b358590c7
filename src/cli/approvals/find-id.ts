import { fail, ok, type Result } from '../../core/result.ts';
import { quote } from '../../wire/quote.ts';
import type { AdminApi } from '../api/admin-api.ts';
import type { ApiFailure } from '../api/api-failure.ts';
import { EXIT } from '../exit-code.ts';
import { shownText } from '../shown-text.ts';
import { listPages } from './pages.ts';

interface Listed {
  readonly id: string;
  readonly state: string;
}

const WHOLE = /^[0-9a-f-]{36}$/;
const BEGINNING = /^[0-9a-f][0-9a-f-]{3,34}$/;
/** Among so many of the newest a beginning is looked for. */
const MOST = 2000;

/**
 * The id that begins so. Those that can still be decided or revoked come first: ids begin with the time, so that a short
 * beginning would soon be one of many that are long over.
 */
export async function findId(
  api: AdminApi,
  path: '/v1/approvals' | '/v1/grants',
  beginning: string,
): Promise<Result<string, ApiFailure>> {
  const text = beginning.toLowerCase();
  if (WHOLE.test(text)) return ok(text);
  if (!BEGINNING.test(text)) {
    const sentence = `Found ${quote(beginning)}, expected an id, or four of its first characters or more`;
    return fail({ code: EXIT.usage, sentence });
  }
  const open = path === '/v1/approvals' ? 'pending' : 'active';
  return only(api, path, text, [open, undefined]);
}

/**
 * The id that begins so, for who decides on it. What a short beginning stands for changes as requests come and end: the one that
 * was looked at may be over, and another one waits. So it takes all of the time that ids begin with, and no other id may have
 * the same, whatever became of it.
 */
export async function findIdToDecide(api: AdminApi, beginning: string): Promise<Result<string, ApiFailure>> {
  const text = beginning.toLowerCase();
  if (WHOLE.test(text)) return ok(text);
  if (BEGINNING.test(text) && text.length >= SHORTEST) return only(api, '/v1/approvals', text, [undefined]);
  const sentence = `Found ${quote(beginning)}, expected an id, or ${SHORTEST} of its first characters or more: fewer may be another's by now`;
  return fail({ code: EXIT.usage, sentence });
}

/** The only one that begins so, among those in the first of these states that has any. */
async function only(
  api: AdminApi,
  path: '/v1/approvals' | '/v1/grants',
  text: string,
  states: readonly (string | undefined)[],
): Promise<Result<string, ApiFailure>> {
  for (const state of states) {
    const listed = await listPages<Listed>(api, path, { state, most: MOST });
    if (!listed.ok) return listed;
    const [found, ...others] = listed.value.items.filter(({ id }) => id.startsWith(text));
    if (found === undefined) continue;
    return others.length === 0 ? ok(found.id) : fail(ambiguous(text, [found, ...others]));
  }
  const what = path === '/v1/approvals' ? 'approval' : 'grant';
  const sentence = `Found no ${what} that begins with ${text} among the newest ${MOST} in your scope`;
  return fail({ code: EXIT.negative, sentence });
}

function ambiguous(text: string, found: readonly Listed[]): ApiFailure {
  const some = found.slice(0, 5).map(({ id, state }) => shownText(`${id} (${state})`));
  const more = found.length > some.length ? ', …' : '';
  return {
    code: EXIT.usage,
    sentence: `Found ${found.length} that begin with ${text}, expected one: ${some.join(', ')}${more}`,
  };
}

/** Of a UUIDv7: all of its time, to the millisecond. */
const SHORTEST = 13;

/** How many characters it takes to tell these ids from each other. */
export function tellingLength(ids: readonly string[]): number {
  for (let length = SHORTEST; length < 36; length++) {
    if (new Set(ids.map((id) => id.slice(0, length))).size === ids.length) return length;
  }
  return 36;
}
