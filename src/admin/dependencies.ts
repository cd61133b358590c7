import type { Principal } from '../core/people/principal.ts';
import type { Clock } from '../core/ports.ts';
import type { Result } from '../core/result.ts';
import type { AgentDesk } from './access/agent-desk.ts';
import type { ApprovalDesk } from './access/approval-desk.ts';
import type { AuditDesk } from './access/audit-desk.ts';
import type { ExchangeDesk } from './access/exchange-desk.ts';
import type { RecordDesk } from './access/record-desk.ts';
import type { IdentityProvider, People, SamlSignIn, TokenExchange } from './access/people.ts';
import type { ReportDesk } from './access/report-desk.ts';
import type { RetentionDesk } from './access/retention-desk.ts';
import type { ConsoleFiles } from './console-files.ts';
import type {
  CheckAnswer,
  CheckBody,
  ExplainAnswer,
  ExplainBody,
  HealthAnswer,
  PlaceAnswer,
  LimitsAnswer,
  PolicyAnswer,
  TablesAnswer,
} from './contract.ts';
import type { Refusal } from './problem.ts';

/** What the admin API asks the gateway; given by `app`, which puts what people do on the record first. None of it resolves a name. */
export interface AdminDependencies {
  readonly clock: Clock;
  /** Absent where the console was not built. */
  readonly console?: ConsoleFiles | undefined;
  readonly people: People;
  /** Absent where no `oidc` is set. */
  readonly identityProvider?: IdentityProvider | undefined;
  /** Absent where no `saml` is set. */
  readonly samlSignIn?: SamlSignIn | undefined;
  /** Absent where no `token-exchange` is set. */
  readonly tokenExchange?: TokenExchange | undefined;
  readonly agents: AgentDesk;
  readonly approvals: ApprovalDesk;
  readonly exchanges: ExchangeDesk;
  readonly reports: ReportDesk;
  readonly records: RecordDesk;
  readonly audit: AuditDesk;
  readonly retention: RetentionDesk;
  /** Tells what changes: the name of an event, and what it is about. */
  watch(listener: (event: string, data: Readonly<Record<string, unknown>>) => void): Disposable;
  /** Whether exchanges can be served: listeners open, policy loaded, record writable. */
  ready(): boolean;
  /** The processes that carry exchanges. */
  health(): HealthAnswer;
  /** Limits of which most is used, those in the scope of who asks. */
  limits(by: Principal): LimitsAnswer;
  policy(): PolicyAnswer;
  /** Reads the policy files anew. */
  reload(by: Principal): Promise<Result<'loaded' | 'refused' | 'unchanged', Refusal>>;
  check(body: CheckBody): CheckAnswer;
  /** @failure a sentence on what is wrong with the question */
  explain(body: ExplainBody): Promise<Result<ExplainAnswer, string>>;
  tables(): TablesAnswer;
  /** @failure a sentence on what is wrong with the name or address */
  place(hostOrIp: string): Result<PlaceAnswer, string>;
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** Told about every error that is no answer to a visitor. */
  onDefect(error: unknown): void;
}
