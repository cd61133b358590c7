import { Readable } from 'node:stream';
import { principalOf } from '../../access/visit.ts';
import { VerifyLine } from '../../contract/audit.ts';
import type { AdminDependencies } from '../../dependencies.ts';
import { sendRefusal } from '../../problem.ts';
import type { TypedServer } from '../../typed-server.ts';

const TYPE = 'application/jsonl';

/** `/v1/audit/verify`: a line for each step, as it is done. */
export function auditRoute(server: TypedServer, { audit }: AdminDependencies): void {
  const schema = { response: { 200: { description: 'A line for each', content: { [TYPE]: { schema: VerifyLine } } } } };
  server.get('/v1/audit/verify', { schema }, async (request, reply) => {
    const begun = await audit.verify(principalOf(request));
    if (!begun.ok) return sendRefusal(reply, begun.failure);
    const { value: verification } = begun;
    const stream = Readable.from(textOf(verification.lines));
    // Also when the visitor has gone, before a line or after.
    stream.once('close', () => verification[Symbol.dispose]());
    return reply.type(TYPE).send(stream as never);
  });
}

async function* textOf(lines: AsyncIterable<VerifyLine>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}
