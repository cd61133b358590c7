import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describeTables } from '../../app/questions/describe-tables.ts';
import { recordStores, type RecordStore } from '../../app/records/stores/record-stores.ts';
import { askGateway, type Asked } from '../environment/ask-gateway.ts';
import type { LocalSetup } from '../local/local-setup.ts';
import { shownText } from '../shown-text.ts';
import { type Check, doubtful, failed, good } from './check.ts';

/** Whom the gateway is asked as. */
export interface AskedAs extends Asked {
  readonly agent: string;
}

/** What has to be right before any program can be. */
export async function checkInstallation({ settings, tables }: LocalSetup, asked: AskedAs): Promise<readonly Check[]> {
  return [
    ...(await checkGateway(asked)),
    checkModes(settings.data.directory),
    ...recordStores(settings).flatMap(checkStore),
    settings.node.place === undefined
      ? doubtful('node.place', 'not stated', 'state where this machine stands: node: { place: DE } in cordon.yaml')
      : good('node.place', settings.node.place),
    ...checkTables(describeTables(tables).items),
  ];
}

async function checkGateway(asked: AskedAs): Promise<readonly Check[]> {
  const { host, port, agent } = asked;
  const healthz = await askGateway({ host, port }, 'healthz');
  const where = `${host}:${port}`;
  if (!healthz.ok) return [failed('gateway', healthz.failure, 'start it with cordon serve, or correct listen.proxy')];
  if (healthz.value.status !== 200 || healthz.value.content.trim() !== 'ok') {
    return [
      failed(
        'gateway',
        `${where} answers as no gateway does (${healthz.value.status})`,
        'something else has its port: correct listen.proxy',
      ),
    ];
  }
  const whoami = await askGateway(asked, 'whoami');
  if (!whoami.ok) return [good('gateway', where), failed('agent', whoami.failure, 'see the log of the gateway')];
  const is = whoami.value.status === 200 ? agentIn(whoami.value.content) : undefined;
  return [
    good('gateway', where),
    is === agent
      ? good('agent', shownText(whoami.value.content.trim()))
      : failed(
          'agent',
          `expected ${agent}, found ${shownText(is ?? `status ${whoami.value.status}`)}`,
          'the running gateway has other rules or another store: compare its --config, rules and data.directory with these',
        ),
  ];
}

function agentIn(content: string): string | undefined {
  try {
    const { agent } = JSON.parse(content) as { readonly agent?: unknown };
    return typeof agent === 'string' ? agent : undefined;
  } catch {
    return undefined;
  }
}

/** Nobody else may come in, and what is secret is closed by itself as well. Trust files are for everybody who gets there. */
function checkModes(directory: string): Check {
  const inside = [...filesIn(directory), ...filesIn(join(directory, 'keys')), ...filesIn(join(directory, 'secrets'))];
  const open = [directory, ...inside, join(directory, 'ca/ca.key')].filter(isOpen);
  return open.length === 0
    ? good('data.directory', `${directory}, for its owner alone`)
    : failed('data.directory', `others can get at ${open.join(', ')}`, `chmod go-rwx ${open.join(' ')}`);
}

/** Of records that lie in one place with all else there is nothing more to say. */
function checkStore({ setting, directory, entry }: RecordStore): readonly Check[] {
  if (entry === undefined) return [];
  const open = [directory, ...filesIn(directory)].filter(isOpen);
  const of = `${entry.for.join('+')} in ${entry.place}`;
  return [
    open.length === 0
      ? good(setting, `${of}: ${directory}, for its owner alone`)
      : failed(setting, `${of}: others can get at ${open.join(', ')}`, `chmod go-rwx ${open.join(' ')}`),
  ];
}

function isOpen(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && (found.mode & 0o077) !== 0;
}

function filesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    // Not there: nothing was kept in it yet.
    return [];
  }
}

function checkTables(items: ReturnType<typeof describeTables>['items']): readonly Check[] {
  const of = (state: string): string =>
    items
      .filter((item) => item.state === state)
      .map(({ id }) => id)
      .join(', ');
  const mend = 'cordon geo update';
  const current = items
    .filter(({ state, date }) => state === 'current' && date !== undefined)
    .map(({ id, date }) => `${id} of ${date}`);
  return [
    ...(of('stale') === '' ? [] : [doubtful('tables', `too old to prove anything: ${of('stale')}`, mend)]),
    ...(of('missing') === '' ? [] : [doubtful('tables', `missing: ${of('missing')}`, mend)]),
    good('tables', current.join(', ') || 'none that has a date'),
  ];
}
