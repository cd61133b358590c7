import type { ExchangeKind } from '../core/exchange/decision.ts';
import type { Accepted, Identified, Located } from '../core/exchange/exchange.ts';
import { ok, type Result } from '../core/result.ts';
import { authorizeRequest, authorizeTunnel } from './judging/authorize.ts';
import type { Held, Permitted } from './judging/permitted.ts';
import { identifyByCredentials, identifyByTunnel } from './judging/identify.ts';
import { readContent } from './content/read-content.ts';
import type { RequestContent } from './content/request-content.ts';
import { locate } from './judging/locate.ts';
import type { Refusal } from './judging/refusal.ts';
import type { Services } from './services.ts';

type Stage<In, Out> = (input: In, services: Services) => Result<Out, Refusal> | Promise<Result<Out, Refusal>>;

type ReadStage = (
  input: Located,
  services: Services,
  content: RequestContent | undefined,
) => ReturnType<Stage<Located, Located>>;

interface Stages {
  readonly identify: Readonly<Record<ExchangeKind, Stage<Accepted, Identified>>>;
  readonly locate: Readonly<Record<ExchangeKind, Stage<Identified, Located>>>;
  readonly read: Readonly<Record<ExchangeKind, ReadStage>>;
  readonly authorize: Readonly<Record<ExchangeKind, Stage<Located, Permitted | Held>>>;
}

/** What comes through a tunnel or an upgraded connection is not there before the decision. */
function nothingToRead(located: Located): Result<Located, Refusal> {
  return ok(located);
}

/**
 * The order in which an exchange is judged: one row per stage, one column per kind of exchange. `forward` is an
 * absolute-form request, `connect` a CONNECT, `intercepted` a request inside a tunnel, `upgrade` a WebSocket handshake.
 * `judge.ts` runs a column and is the only reader. After the rows come the decision record and the effect, which
 * `enforcement.ts` carries out.
 */
export const STAGES: Stages = {
  identify: {
    forward: identifyByCredentials,
    connect: identifyByCredentials,
    intercepted: identifyByTunnel,
    upgrade: identifyByTunnel,
  },
  locate: {
    forward: locate,
    connect: locate,
    intercepted: locate,
    upgrade: locate,
  },
  read: {
    forward: readContent,
    connect: nothingToRead,
    intercepted: readContent,
    upgrade: nothingToRead,
  },
  authorize: {
    forward: authorizeRequest,
    connect: authorizeTunnel,
    intercepted: authorizeRequest,
    upgrade: authorizeRequest,
  },
};
