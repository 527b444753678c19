/** Cipher suites by Java's names (`TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`) as OpenSSL's list; its own names pass. */
export function toOpensslCiphers(suites: readonly string[]): string {
  return suites.map(toOpenssl).join(':')
}

function toOpenssl(suite: string): string {
  const parts = /^(?:TLS|SSL)_(\w+)_WITH_(\w+)$/.exec(suite)
  if (!parts) return suite
  const [, exchange = '', cipher = ''] = parts
  const name = cipher
    .replace(/^(AES|CAMELLIA|ARIA)_(\d+)_/, '$1$2_')
    .replace(/_CBC_/, '_')
    .replace(/^3DES_EDE_/, 'DES_CBC3_')
    .replace(/^CHACHA20_POLY1305_SHA256$/, 'CHACHA20_POLY1305')
    .replaceAll('_', '-')
  // Plain RSA key exchange goes without saying.
  return exchange === 'RSA' ? name : `${exchange.replaceAll('_', '-')}-${name}`
}
