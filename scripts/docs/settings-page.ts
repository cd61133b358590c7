import { environmentName, settingLeaves, type SettingNode } from '../../src/config/setting-node.ts';
import { SETTINGS_NODE } from '../../src/config/settings-schema.ts';

const INTRODUCTION = `# Settings

<!-- Generated from src/config/settings-schema.ts by scripts/generate-docs.ts. Do not edit. -->

Settings are read from \`cordon.yaml\` in the working directory, or from the file that \`--config\` names. An environment variable
is stronger than the file, and \`--set setting=value\` is stronger than both. Lists and maps are written in YAML flow style
there: \`CORDON_TRUST='[certs/a.pem, certs/b.pem]'\`. An empty variable counts as not set. Relative paths start at the directory
of the file that names them, else at the working directory. Durations: \`150ms 30s 15m 12h 7d\`; sizes: \`512B 64KiB 10MiB 1GiB\`.
Unknown keys are errors. \`cordon serve --print-config\` shows what is in force and where it came from.
`;

/** `docs/settings.md`: every setting with its type, default, variable and meaning. */
export function settingsPage(): string {
  const rows = [...settingLeaves(SETTINGS_NODE)].flatMap(({ path, node }) => [
    `| \`${path.join('.')}\` | ${typeText(node)} | ${defaultText(node)} | \`${environmentName(path)}\` | ${node.description ?? ''} |`,
    ...memberRows(path.join('.'), node),
  ]);
  const head = ['| setting | type | default | environment | meaning |', '|---|---|---|---|---|'];
  return `${[INTRODUCTION, ...head, ...rows].join('\n')}\n`;
}

/** Members of a setting that is written as a whole: they have no variable of their own. */
function memberRows(path: string, node: SettingNode): string[] {
  const inside = node.items ?? Object.values(node.patternProperties ?? {})[0];
  if (inside !== undefined) return memberRows(`${path}[]`, inside);
  const required = new Set(node.required);
  return Object.entries(node.properties ?? {}).flatMap(([name, member]) => {
    const optional = required.has(name) ? '' : 'optional ';
    const row = `| \`${path}.${name}\` | ${optional}${typeText(member)} | ${defaultText(member)} | | ${member.description ?? ''} |`;
    return [row, ...memberRows(`${path}.${name}`, member)];
  });
}

function typeText(node: SettingNode): string {
  if (node.anyOf !== undefined) return node.anyOf.map(typeText).join(' or ');
  if (node.const !== undefined) return `\`${JSON.stringify(node.const).replaceAll('"', '')}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${value}\``).join(', ');
  if (node.type === 'array') return `${node.single === true ? 'one or a list of' : 'list of'} ${typeText(node.items ?? {})}`;
  if (node.patternProperties !== undefined) return `map to ${Object.values(node.patternProperties).map(typeText).join('')}`;
  if (node.type === 'object') return node.shorthand === undefined ? 'map' : `${node.shorthand}, or map`;
  if (node.type === 'integer') return `whole number ${node.minimum}…${node.maximum}`;
  return node.reads === 'listen' ? 'IP:port' : (node.reads ?? node.type ?? '');
}

function defaultText({ default: value, follows }: SettingNode): string {
  if (follows !== undefined) return `\`${follows}\``;
  return value === undefined ? '–' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
