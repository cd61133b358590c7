import { Readable } from 'node:stream';
import { principalOf } from '../../access/visit.ts';
import { SessionExportQuery, SessionParams, type SessionFormat } from '../../contract/records.ts';
import type { AdminDependencies } from '../../dependencies.ts';
import { sendRefusal } from '../../problem.ts';
import type { TypedServer } from '../../typed-server.ts';

const TYPES: Readonly<Record<SessionFormat, string>> = {
  jsonl: 'application/jsonl',
  csv: 'text/csv; charset=utf-8; header=present',
  har: 'application/json',
  ocsf: 'application/jsonl',
};

/** `/v1/sessions/{id}/export` */
export function sessionExportRoute(server: TypedServer, { records }: AdminDependencies): void {
  const asked = { schema: { params: SessionParams, querystring: SessionExportQuery } };
  server.get('/v1/sessions/:id/export', asked, async (request, reply) => {
    const { format = 'jsonl' } = request.query;
    const begun = await records.exportSession(request.params.id, format, principalOf(request));
    if (!begun.ok) return sendRefusal(reply, begun.failure);
    const { value: exported } = begun;
    const stream = Readable.from(exported.text);
    // Also when the visitor has gone, before a piece or after.
    stream.once('close', () => exported[Symbol.dispose]());
    return reply.type(TYPES[format]).header('content-disposition', `attachment; filename="session.${format}"`).send(stream);
  });
}
