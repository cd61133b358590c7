import { readFile } from 'node:fs/promises';
import { openAdmin, type AdminServer } from '../admin/server.ts';
import type { AdminDependencies } from '../admin/dependencies.ts';
import { policyFiles } from '../config/policy-files.ts';
import type { Settings } from '../config/settings-schema.ts';
import type { Clock } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { ListeningAddress } from '../destination/self-addresses.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { compileFor } from './compile-policy.ts';
import { contentPorts } from './questions/content-ports.ts';
import { describePlace } from './questions/describe-place.ts';
import { describeTables } from './questions/describe-tables.ts';
import { explainQuestion } from './questions/explain-question.ts';
import type { PolicyInForce } from './in-force.ts';
import type { Upkeep } from './upkeep/upkeep.ts';

export interface AdminSideParts {
  readonly settings: Settings;
  readonly observe: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly inForce: PolicyInForce;
  readonly metrics: Metrics;
  readonly upkeep: Upkeep;
  /** Of the policy that was loaded at the start. */
  readonly ready: () => boolean;
  /** Gets the admin address, so that no exchange reaches it through the proxy (ADDR-20). */
  readonly listening: ListeningAddress[];
}

/** Opens the admin API over the running gateway. @failure a sentence that names the setting */
export async function openAdminSide(parts: AdminSideParts): Promise<Result<AdminServer, string>> {
  const { address, tls } = parts.settings.listen.admin;
  const certificate = tls === undefined ? ok(undefined) : await readTls(tls);
  if (!certificate.ok) return certificate;
  const opened = await openAdmin({
    address,
    ...(certificate.value !== undefined && { tls: certificate.value }),
    dependencies: dependenciesOf(parts),
  });
  if (opened.ok) parts.listening.push({ address: opened.value.address.host, port: opened.value.address.port });
  return opened;
}

function dependenciesOf(parts: AdminSideParts): AdminDependencies {
  const { inForce, upkeep, clock, metrics, log } = parts;
  return {
    clock,
    ready: parts.ready,
    policy: () => ({
      digest: inForce.compiled.digest,
      generation: inForce.current.generation,
      files: upkeep.source.files.map(({ file }) => file),
      errors: [...upkeep.refused],
      warnings: [...upkeep.warnings],
    }),
    check: ({ files }) => {
      const source = policyFiles(files.map(({ name, text }) => ({ file: name, text })));
      const { policy, issues } = compileFor(parts, inForce.tables.world)(source);
      return { ok: policy !== undefined, digest: source.digest, issues: [...issues] };
    },
    // Nothing is looked up on behalf of a visitor: a name that is asked about here is not asked of the world.
    explain: (question) =>
      explainQuestion(question, {
        policy: inForce.current.policy,
        tables: inForce.tables,
        now: clock.now(),
        readContent: contentPorts(inForce.compiled).readContent,
      }),
    tables: () => describeTables(inForce.tables),
    place: (hostOrIp) => describePlace(inForce.tables, hostOrIp),
    metrics: () => metrics.render(),
    onDefect: (error) =>
      log.error({ error: error instanceof Error ? error.stack : String(error) }, 'The admin API met a defect'),
  };
}

async function readTls({
  certificate,
  key,
}: {
  readonly certificate: string;
  readonly key: string;
}): Promise<Result<{ certificate: string; key: string }, string>> {
  try {
    return ok({ certificate: await readFile(certificate, 'utf8'), key: await readFile(key, 'utf8') });
  } catch (error) {
    return fail(`listen.admin.tls: ${(error as Error).message}`);
  }
}
