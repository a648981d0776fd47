/** Addresses that cannot be reached from outside: RFC 1918, RFC 6598, loopback, link-local and unique local ones. */
const privateNetworks =
  /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.|100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\.|f[cd][0-9a-f]{2}:|fe80:)/i;

/** The widest networks that an organisation may own: the registries' /8, and an IPv6 allocation of /16. */
const largestShare = { ipv4: 2 ** -8, ipv6: 2 ** -16 };

/**
 * Whether networks in CIDR notation are together wider than any organisation's: two halves of the internet are the
 * internet, and so are 256 networks of /8.
 */
export function areWorldwide(networks: readonly string[]): boolean {
  const shares = { ipv4: 0, ipv6: 0 };
  for (const network of new Set(networks)) {
    const [address = "", prefix] = network.trim().split("/");
    const family = address.includes(":") ? "ipv6" : "ipv4";
    const length = Number(prefix ?? (family === "ipv6" ? 128 : 32));
    const least = family === "ipv6" ? 7 : 8;
    if (/[*?]/.test(network) || Number.isNaN(length)) {
      return true;
    }
    if (!(privateNetworks.test(address) && length >= least)) {
      shares[family] += 2 ** -length;
    }
  }
  return shares.ipv4 > largestShare.ipv4 || shares.ipv6 > largestShare.ipv6;
}
