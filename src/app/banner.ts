import { styleText } from 'node:util';
import type { GeoTables } from '../destination/geo-tables.ts';
import type { TableStatus } from '../destination/tables/table-status.ts';
import type { Settings } from '../config/settings-schema.ts';
import type { RunningGateway } from './gateway.ts';

/** What `serve` says when it is ready: where it listens, what decides, what can be proved, and what to try first. */
export function banner(gateway: RunningGateway, settings: Settings): string[] {
  const { inForce, proxyAddresses, adminAddress, caFile, warnings } = gateway;
  const files = gateway.files().files.length;
  const [proxy = ''] = proxyAddresses;
  const [agent] = inForce.compiled.agents;
  return [
    bold('Cordon is ready'),
    `  proxy    ${proxyAddresses.map((address) => `http://${address}`).join(', ')}`,
    `  admin    ${settings.listen.admin.tls === undefined ? 'http' : 'https'}://${adminAddress}`,
    `  policy   ${inForce.compiled.digest} (${files} files in ${settings.rules}, ${inForce.compiled.rules.length} rules)`,
    `  CA       ${caFile}`,
    `  state    ${settings.data.directory}${settings.node.place === undefined ? ' (node.place is not set: where it lies is unstated)' : ''}`,
    ...storeLines(settings.store),
    ...egressLines(settings),
    ...tableLines(inForce.tables),
    ...warnings.map((warning) => styleText('yellow', warning)),
    ...(agent === undefined ? [] : tryLines(agent.attributes.agent, proxy, caFile)),
  ];
}

function storeLines({ url, place = 'a place that is not stated' }: Settings['store']): string[] {
  return url === 'sqlite' ? [] : [`  store    PostgreSQL in ${place}`];
}

/** Also what does not leave through there. */
function egressLines({ 'upstream-proxy': proxy, store, node }: Settings): string[] {
  if (proxy === undefined) return [];
  const straight = [
    'name servers',
    ...(store.url === 'sqlite' ? [] : ['PostgreSQL']),
    ...(node.metadata === undefined ? [] : ['the metadata service']),
  ];
  return [`  egress   through ${proxy.url} in ${proxy.place}; straight: ${straight.join(', ')}`];
}

function tableLines(tables: GeoTables): string[] {
  const status = tables.status();
  const missing = status.filter(({ problem }) => problem !== undefined);
  return [
    '  tables',
    ...status.filter(({ problem }) => problem === undefined).map(tableLine),
    ...missing.map(({ name, problem }) => styleText('yellow', `    ${name.padEnd(16)} ${problem}`)),
    ...(missing.length === 0 ? [] : [styleText('yellow', '    What is missing proves nothing.')]),
  ];
}

function tableLine({ name, date, rows, stale, proves }: TableStatus): string {
  const line = `    ${name.padEnd(16)} ${(date ?? 'this release').padEnd(12)}  ${String(rows).padStart(7)} rows  `;
  return stale ? styleText('yellow', `${line}too old: proves nothing`) : `${line}proves ${proves}`;
}

function tryLines(agent: string, proxy: string, caFile: string): string[] {
  return [
    '',
    'In another shell:',
    `  eval "$(npm run -s cordon -- env --agent ${agent})"`,
    `  curl -sS http://cordon.internal/whoami                                # answered by the gateway`,
    `  curl -sS --cacert ${caFile} -x http://${proxy} https://eu.api.openai.com/v1/models   # permitted: documented EU endpoint`,
    `  curl -sS --cacert ${caFile} -x http://${proxy} https://api.openai.com/v1/models      # denied: no rule names it`,
  ];
}

function bold(text: string): string {
  return styleText('bold', text);
}
