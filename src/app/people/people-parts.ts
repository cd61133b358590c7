import type { Settings } from '../../config/settings-schema.ts';
import type { RecordAdmin } from '../../core/people/admin-entry.ts';
import type { ConsoleSessionStore } from '../../core/people/console-session.ts';
import type { PersonTokenStore } from '../../core/people/person-token.ts';
import type { Clock, EventBus, Random, TokenStore } from '../../core/ports.ts';
import type { TokenId } from '../../core/ids.ts';
import type { AttemptLimiter } from '../../identity/attempt-limiter.ts';
import type { RefusedCredentials } from '../../recording/refused-credentials.ts';
import type { Log } from '../../telemetry/log.ts';
import type { DataPlane } from '../data-plane.ts';
import type { PolicyInForce } from '../in-force.ts';
import type { State } from '../state.ts';
import type { ScopeView } from './scope.ts';

/** What the gateway has that the people's side is built from. */
export interface PeopleSideParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly state: State;
  readonly inForce: PolicyInForce;
  readonly events: EventBus;
  readonly plane: Pick<DataPlane, 'resolver' | 'parent' | 'ready' | 'live' | 'stopped'>;
}

/** What its parts share. */
export interface PeopleParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly agentTokens: TokenStore;
  readonly personTokens: PersonTokenStore;
  readonly sessions: ConsoleSessionStore;
  readonly record: RecordAdmin;
  readonly events: EventBus;
  readonly attempts: AttemptLimiter;
  readonly refused: RefusedCredentials;
  readonly scope: ScopeView;
  /** A one-use token is used up. */
  readonly onUsed: (id: TokenId) => void;
}
