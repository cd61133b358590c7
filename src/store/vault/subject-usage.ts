import type { Failure } from '../../core/codes.ts';
import { ok, type Result } from '../../core/result.ts';
import type { ValueRepository } from './value-repository.ts';

/**
 * How many values the store has of one subject: an agent names its sessions itself, and must not fill the disk with them.
 * What other replicas have added since the last count is not known here.
 */
export class SubjectUsage {
  /** Names the subject in the store. */
  readonly subject: string;
  readonly #repository: ValueRepository;
  readonly #limit: number;
  #count: number | undefined;

  constructor(subject: string, repository: ValueRepository, limit: number) {
    this.subject = subject;
    this.#repository = repository;
    this.#limit = limit;
  }

  get isFull(): boolean {
    return (this.#count ?? 0) >= this.#limit;
  }

  add(): void {
    this.#count = (this.#count ?? 0) + 1;
  }

  /** Counts where that was never done. @failure store_unavailable */
  async begin(): Promise<Result<void, Failure>> {
    return this.#count === undefined ? this.recount() : ok(undefined);
  }

  /** @failure store_unavailable */
  async recount(): Promise<Result<void, Failure>> {
    const counted = await this.#repository.count(this.subject);
    if (!counted.ok) return counted;
    this.#count = counted.value;
    return ok(undefined);
  }
}
