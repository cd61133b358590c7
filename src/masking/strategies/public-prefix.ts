/**
 * Beginnings that issuers give to every secret of a kind, so that it can be recognised: they are no part of what is secret.
 * Longer ones first where one begins with another.
 */
const PREFIXES: readonly string[] = `
  github_pat_ ghp_ gho_ ghu_ ghs_ ghr_ glpat- gldt- glrt- glsa_ glc_
  sk-ant-api03- sk-ant-admin01- sk-ant- sk-proj- sk-svcacct- sk-or-v1- sk_live_ sk_test_ rk_live_ rk_test_ sk-
  AKIA ASIA ABIA ACCA ABSK AIza eyJ xoxb- xoxp- xoxa- xoxe- xoxo- xoxr- xoxs- xapp-
  hf_ npm_ pypi- dop_v1_ dapi shpat_ shpss_ SG. xkeysib- PMAK- lin_api_ ntn_ sntrys_ sntryu_ hvs. hvb.
  age-secret-key-1 AGE-SECRET-KEY-1 pul- pscale_ dt0c01.
`
  .trim()
  .split(/\s+/);

/**
 * The public beginning of a secret; empty where there is none that is known.
 * @source github.com/gitleaks/gitleaks, config/gitleaks.toml
 */
export function publicPrefixOf(secret: string): string {
  return PREFIXES.find((prefix) => secret.startsWith(prefix)) ?? '';
}
