import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { agentEnvironment } from '../../../src/cli/environment/agent-environment.ts';
import { shellExports } from '../../../src/cli/environment/shell-text.ts';

const TRUST = { ca: '/d/ca.pem', bundle: '/d/bundle.pem', javaTrustStore: '/d/truststore.p12' };
const PROXY = { scheme: 'http', host: '127.0.0.1', port: 3128 } as const;

describe('agentEnvironment()', () => {
  it('agentEnvironment() names the proxy for http and https, in upper and lower case, and clears the exceptions', () => {
    const variables = agentEnvironment({ proxy: PROXY, trust: TRUST });
    for (const name of [
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'http_proxy',
      'https_proxy',
      'ALL_PROXY',
      'all_proxy',
      'CARGO_HTTP_PROXY',
    ]) {
      expect(variables.get(name)).toBe('http://127.0.0.1:3128');
    }
    expect([variables.get('NO_PROXY'), variables.get('no_proxy'), variables.get('NODE_USE_ENV_PROXY')]).toEqual(['', '', '1']);
  });

  it('agentEnvironment() gives the CA alone to clients that add it, and all roots to those that replace theirs', () => {
    const variables = agentEnvironment({ proxy: PROXY, trust: TRUST });
    expect([...variables].filter(([, value]) => value === TRUST.ca).map(([name]) => name)).toEqual([
      'NODE_EXTRA_CA_CERTS',
      'DENO_CERT',
    ]);
    for (const name of [
      'SSL_CERT_FILE',
      'CURL_CA_BUNDLE',
      'REQUESTS_CA_BUNDLE',
      'PIP_CERT',
      'GIT_SSL_CAINFO',
      'AWS_CA_BUNDLE',
      'CARGO_HTTP_CAINFO',
    ]) {
      expect(variables.get(name)).toBe(TRUST.bundle);
    }
  });

  it('agentEnvironment() puts credentials and IPv6 into the proxy URL', () => {
    const proxy = { scheme: 'https', host: '::1', port: 1 } as const;
    const variables = agentEnvironment({ proxy, trust: TRUST, credentials: { agent: 'bot', token: 'cdn_1.s' } });
    expect(variables.get('https_proxy')).toBe('https://bot:cdn_1.s@[::1]:1');
  });

  it('agentEnvironment() tells Java the same, without exceptions', () => {
    const options = agentEnvironment({ proxy: PROXY, trust: { ...TRUST, javaTrustStore: '/a b/t.p12' } }).get(
      'JAVA_TOOL_OPTIONS',
    );
    expect(options).toContain('-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=3128 -Dhttp.nonProxyHosts= ');
    expect(options).toContain('"-Djavax.net.ssl.trustStore=/a b/t.p12"');
  });
});

describe('shellExports()', () => {
  it('shellExports() survives every character in a value', () => {
    const value = String.raw`a'b"c $(touch x) \ ` + '`d`\nnext';
    const script = shellExports(new Map([['X', value]])).join('\n');
    const read = execFileSync('sh', ['-c', `${script}\nprintf %s "$X"`], { encoding: 'utf8' });
    expect(read).toBe(value);
  });
});
