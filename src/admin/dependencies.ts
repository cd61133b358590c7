import type { Clock } from '../core/ports.ts';
import type { Result } from '../core/result.ts';
import type {
  CheckAnswer,
  CheckBody,
  ExplainAnswer,
  ExplainBody,
  PlaceAnswer,
  PolicyAnswer,
  TablesAnswer,
} from './contract.ts';

/** What the admin API asks the gateway; given by `app`. None of it resolves a name or changes anything. */
export interface AdminDependencies {
  readonly clock: Clock;
  /** Whether exchanges can be served: listeners open, policy loaded, record writable. */
  ready(): boolean;
  policy(): PolicyAnswer;
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
