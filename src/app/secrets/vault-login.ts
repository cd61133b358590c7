import type { Clock } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { member } from './json-member.ts';
import { readLoginFile } from './login-file.ts';
import type { VaultSettings } from './vault-entry.ts';
import type { AskVault, VaultProblem } from './vault-server.ts';

/** What reads in Vault are made with. */
export interface VaultLogin {
  /** @failure why there is none */
  token(): Promise<Result<string, VaultProblem>>;
  /** Vault has refused this one. False: another one would be no better. */
  refused(token: string): boolean;
}

/** Of its lease, so much is used: the clock of Vault may be ahead. */
const USED_OF_LEASE = 0.9;
/** A token that is younger was not revoked, but may not do what was tried: signing in again would not help. */
const YOUNG: Milliseconds = 10_000;

/** So long the same sign-in is not tried again that was refused: Vault locks out who is wrong a few times in a row. */
const REFUSED_FOR: Milliseconds = 15_000;

type LoginSettings = Pick<VaultSettings, 'token-file' | 'app-role' | 'jwt'>;

/** The way to sign in that the settings have. */
export function vaultLogin(settings: LoginSettings, ask: AskVault, clock: Clock): VaultLogin {
  const { 'token-file': tokenFile, 'app-role': appRole, jwt } = settings;
  if (tokenFile !== undefined) return tokenInFile(tokenFile);
  if (appRole !== undefined) {
    const { 'role-id': roleId, 'secret-id-file': file, mount } = appRole;
    const content = async () =>
      named('secret_id', await readLoginFile('secrets.vault.app-role.secret-id-file', file), { role_id: roleId });
    return new LeasedToken({ mount, content }, ask, clock);
  }
  const { role = '', file = '', mount = '' } = jwt ?? {};
  const content = async () => named('jwt', await readLoginFile('secrets.vault.jwt.file', file), { role });
  return new LeasedToken({ mount, content }, ask, clock);
}

function named(
  name: string,
  read: Result<string, string>,
  others: Readonly<Record<string, string>>,
): Result<Readonly<Record<string, string>>, string> {
  return read.ok ? ok({ ...others, [name]: read.value }) : read;
}

/** Somebody else renews it, as Vault Agent does: it is read for each use. */
function tokenInFile(file: string): VaultLogin {
  return {
    token: async () => {
      const read = await readLoginFile('secrets.vault.token-file', file);
      return read.ok ? read : fail({ sentence: read.failure, isDown: true });
    },
    refused: () => false,
  };
}

interface Identity {
  /** Of the method of authentication, below `auth/`. */
  readonly mount: string;
  readonly content: () => Promise<Result<Readonly<Record<string, string>>, string>>;
}

interface Lease {
  readonly token: string;
  readonly since: Milliseconds;
  readonly until: Milliseconds;
}

/** A sign-in that was refused. */
interface RefusedLogin {
  readonly content: string;
  readonly problem: VaultProblem;
  readonly until: Milliseconds;
}

/** A token that is signed in for, and again when its lease ends. @source HashiCorp Vault, HTTP API: AppRole, JWT and Kubernetes, "Login" */
class LeasedToken implements VaultLogin {
  readonly #identity: Identity;
  readonly #ask: AskVault;
  readonly #clock: Clock;
  #lease: Lease | undefined;
  #refused: RefusedLogin | undefined;
  #running: Promise<Result<string, VaultProblem>> | undefined;

  constructor(identity: Identity, ask: AskVault, clock: Clock) {
    this.#identity = identity;
    this.#ask = ask;
    this.#clock = clock;
  }

  token(): Promise<Result<string, VaultProblem>> {
    if (this.#lease !== undefined && this.#lease.until > this.#clock.monotonic()) return Promise.resolve(ok(this.#lease.token));
    this.#running ??= this.#signIn().finally(() => (this.#running = undefined));
    return this.#running;
  }

  refused(token: string): boolean {
    // Somebody has signed in meanwhile.
    if (this.#lease?.token !== token) return true;
    if (this.#clock.monotonic() - this.#lease.since < YOUNG) return false;
    this.#lease = undefined;
    return true;
  }

  async #signIn(): Promise<Result<string, VaultProblem>> {
    const { mount, content: identity } = this.#identity;
    const since = this.#clock.monotonic();
    const read = await identity();
    if (!read.ok) return fail({ sentence: read.failure, isDown: true });
    const content = JSON.stringify(read.value);
    const known = this.#refused;
    if (known !== undefined && known.content === content && known.until > since) return fail(known.problem);
    const answer = await this.#ask({ method: 'POST', path: `auth/${mount}/login`, content: read.value });
    if (!answer.ok) return answer;
    const auth = member(answer.value.content, 'auth');
    const token = member(auth, 'client_token');
    const lease = member(auth, 'lease_duration');
    if (answer.value.status !== 200 || typeof token !== 'string' || !/^[\x21-\x7e]{1,16384}$/.test(token)) {
      const sentence = `Vault gives no token at auth/${mount}/login (status ${answer.value.status})`;
      const problem = { sentence, isDown: true };
      this.#refused = { content, problem, until: this.#clock.monotonic() + REFUSED_FOR };
      return fail(problem);
    }
    // Seconds; 0 of a token that does not end.
    const lasts = typeof lease === 'number' && lease > 0 ? lease * 1000 * USED_OF_LEASE : Number.POSITIVE_INFINITY;
    this.#lease = { token, since, until: since + lasts };
    return ok(token);
  }
}
