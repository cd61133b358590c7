import type { TrustFiles } from './trust-sources.ts';

export interface AgentEnvironmentInput {
  /** Without credentials: `http://127.0.0.1:3128`. */
  readonly proxy: { readonly scheme: 'http' | 'https'; readonly host: string; readonly port: number };
  readonly credentials?: { readonly agent: string; readonly token: string };
  readonly trust: TrustFiles;
}

/**
 * The variables that send a program through the gateway and make it trust the gateway's CA, by name. Exceptions
 * (`NO_PROXY`) are cleared: what goes past the gateway is not judged.
 */
export function agentEnvironment({ proxy, credentials, trust }: AgentEnvironmentInput): ReadonlyMap<string, string> {
  const authority = `${proxy.host.includes(':') ? `[${proxy.host}]` : proxy.host}:${proxy.port}`;
  const user = credentials === undefined ? '' : `${credentials.agent}:${credentials.token}@`;
  const url = `${proxy.scheme}://${user}${authority}`;
  return new Map([...proxyVariables(url), ...trustVariables(trust), ['JAVA_TOOL_OPTIONS', javaOptions(proxy, trust)]]);
}

function proxyVariables(url: string): [string, string][] {
  const both = (name: string, value: string): [string, string][] => [
    [name, value],
    [name.toLowerCase(), value],
  ];
  return [
    ...both('HTTP_PROXY', url),
    ...both('HTTPS_PROXY', url),
    ...both('ALL_PROXY', url),
    ...both('NO_PROXY', ''),
    // Node's own fetch and http agents look at the variables only when told to.
    ['NODE_USE_ENV_PROXY', '1'],
    ['CARGO_HTTP_PROXY', url],
  ];
}

function trustVariables({ ca, bundle }: TrustFiles): [string, string][] {
  return [
    // These add to the client's own roots.
    ['NODE_EXTRA_CA_CERTS', ca],
    ['DENO_CERT', ca],
    // These replace them. SSL_CERT_FILE: OpenSSL, Go, Ruby, httpx, uv, rustls.
    ['SSL_CERT_FILE', bundle],
    ['CURL_CA_BUNDLE', bundle],
    ['REQUESTS_CA_BUNDLE', bundle],
    ['PIP_CERT', bundle],
    // The npm of some Node releases looks at no other.
    ['NPM_CONFIG_CAFILE', bundle],
    ['GIT_SSL_CAINFO', bundle],
    ['AWS_CA_BUNDLE', bundle],
    ['CARGO_HTTP_CAINFO', bundle],
    ['BUNDLE_SSL_CA_CERT', bundle],
    ['NIX_SSL_CERT_FILE', bundle],
    ['GRPC_DEFAULT_SSL_ROOTS_FILE_PATH', bundle],
    ['CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE', bundle],
    // uv takes roots from SSL_CERT_FILE only when it uses the system's; the second name is the newer one.
    ['UV_NATIVE_TLS', 'true'],
    ['UV_SYSTEM_CERTS', 'true'],
  ];
}

/** Java reads no proxy variable; its own exceptions (`localhost|127.*`) are cleared too. */
function javaOptions(proxy: AgentEnvironmentInput['proxy'], { javaTrustStore }: TrustFiles): string {
  const properties: [string, string][] = [
    ['http.proxyHost', proxy.host],
    ['http.proxyPort', String(proxy.port)],
    ['https.proxyHost', proxy.host],
    ['https.proxyPort', String(proxy.port)],
    ['http.nonProxyHosts', ''],
    // It shows no password to a proxy before a tunnel is open unless it is told that it may (Basic, since 8u111).
    ['jdk.http.auth.tunneling.disabledSchemes', ''],
    ['javax.net.ssl.trustStore', javaTrustStore],
    ['javax.net.ssl.trustStoreType', 'PKCS12'],
  ];
  return properties.map(([name, value]) => quoteOption(`-D${name}=${value}`)).join(' ');
}

/** JAVA_TOOL_OPTIONS splits at white space outside quotes. */
function quoteOption(option: string): string {
  return /\s/.test(option) ? `"${option}"` : option;
}
