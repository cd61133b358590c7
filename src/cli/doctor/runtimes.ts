import { fileURLToPath } from 'node:url';

/** What can be wrong with a runtime. */
export type Column = 'proxy' | 'ca' | 'agent' | 'keptIn';

interface Common {
  readonly name: string;
  readonly program: string;
  /** Ends with 0 where it is there. */
  readonly version: readonly string[];
  /** What mends each, as a sentence. */
  readonly mends: Readonly<Partial<Record<Column, string>>>;
}

/** Asks for all URLs and prints a line for each: its status, or 0 and why there is none. */
export interface ScriptedRuntime extends Common {
  readonly kind: 'script';
  readonly argv: (urls: readonly string[]) => readonly string[];
}

/** Asks for one URL of its own kind, and tells in its own words what came of it. */
export interface ToolRuntime extends Common {
  readonly kind: 'tool';
  readonly argv: (url: string, scratch: string) => readonly string[];
  /** What it says when a server answered that there is no such thing, as both servers here do. */
  readonly answered: RegExp;
}

export type Runtime = ScriptedRuntime | ToolRuntime;

const probe = (name: string): string => fileURLToPath(new URL(`probes/${name}`, import.meta.url));

const REPLACED_ROOTS = 'it reads its roots from a file of its own: point it at the one that SSL_CERT_FILE names';

export const RUNTIMES: readonly Runtime[] = [
  {
    kind: 'script',
    name: 'curl',
    program: 'curl',
    version: ['--version'],
    argv: (urls) => [
      '-sS',
      '-m',
      '10',
      '-w',
      '%{http_code} %{errormsg}\\n',
      ...urls.flatMap((url) => ['-o', '/dev/null', url]),
    ],
    mends: {
      proxy: 'take proxy and noproxy out of ~/.curlrc',
      ca: 'take cacert out of ~/.curlrc, or build curl with a TLS library that reads CURL_CA_BUNDLE',
    },
  },
  {
    kind: 'script',
    name: 'node',
    program: 'node',
    version: ['--version'],
    argv: (urls) => [probe('ask.mjs'), ...urls],
    mends: {
      proxy:
        'Node reads the variables from 22.21 and 24.5 on; older ones need an agent for proxies in the program, such as EnvHttpProxyAgent of undici',
      ca: 'NODE_OPTIONS must not replace the roots (--use-openssl-ca), nor the program give a ca of its own',
    },
  },
  {
    kind: 'script',
    name: 'python urllib',
    program: 'python3',
    version: ['--version'],
    argv: (urls) => [probe('ask_urllib.py'), ...urls],
    mends: { ca: REPLACED_ROOTS },
  },
  {
    kind: 'script',
    name: 'python requests',
    program: 'python3',
    version: ['-c', 'import requests; print(requests.__version__)'],
    argv: (urls) => [probe('ask_requests.py'), ...urls],
    mends: {
      proxy: 'a Session with trust_env = False reads no variables, and ~/.netrc goes before the token',
      ca: REPLACED_ROOTS,
    },
  },
  {
    kind: 'script',
    name: 'go',
    program: 'go',
    version: ['version'],
    argv: (urls) => ['run', probe('ask.go'), ...urls],
    mends: {
      proxy: 'a Transport needs Proxy: http.ProxyFromEnvironment',
      ca: 'Go reads SSL_CERT_FILE on Linux alone: on others add the CA to the system',
      keptIn: 'Go never asks a proxy for localhost and 127.0.0.1: cordon run keeps it from services of this machine',
    },
  },
  {
    kind: 'script',
    name: 'java',
    program: 'java',
    version: ['-version'],
    argv: (urls) => [probe('Ask.java'), ...urls],
    mends: {
      proxy: 'JAVA_TOOL_OPTIONS must reach it, and a client needs proxy(ProxySelector.getDefault())',
      ca: 'JAVA_TOOL_OPTIONS must reach it; a javax.net.ssl.trustStore on the command line goes before',
      agent:
        'Java takes no proxy credentials from its environment: give the program an Authenticator, or let the policy know the agent by its address',
    },
  },
  {
    kind: 'tool',
    name: 'git',
    program: 'git',
    version: ['--version'],
    argv: (url) => ['ls-remote', `${url}/repository.git`],
    // It shows its token only where it is asked for one, which the gateway does not do for its own name; inside the tunnel it does.
    answered: /repository '.*' not found|error: 407/,
    mends: {
      proxy: 'http.proxy goes before the variables: git config --global --unset http.proxy, and remote.<name>.proxy',
      ca: 'git config --global --unset http.sslCAInfo',
    },
  },
  {
    kind: 'tool',
    name: 'npm',
    program: 'npm',
    version: ['--version'],
    argv: (url, scratch) => [
      'view',
      'cordon-doctor',
      '--registry',
      `${url}/`,
      '--fetch-retries',
      '0',
      '--cache',
      scratch,
      '--logs-max',
      '0',
    ],
    answered: /E404/,
    mends: {
      proxy: 'npm config delete proxy https-proxy noproxy',
      ca: 'npm config delete ca cafile, which go before NPM_CONFIG_CAFILE in a project',
    },
  },
  {
    kind: 'tool',
    name: 'pip',
    program: 'python3',
    version: ['-m', 'pip', '--version'],
    argv: (url, scratch) => [
      '-m',
      'pip',
      'download',
      '--no-deps',
      '--no-cache-dir',
      '--retries',
      '0',
      '-d',
      scratch,
      `${url}/cordon-doctor-1.tar.gz`,
    ],
    answered: /HTTP error 404/,
    mends: { proxy: 'pip config unset global.proxy', ca: 'pip config unset global.cert' },
  },
];
