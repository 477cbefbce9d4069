import { BlockList, isIP } from "node:net";

/** Loopback, private and link-local networks: RFC 1122, 1918, 3927, 4193, 4291, 6598. */
const privateNetworks = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const)
  privateNetworks.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  ["::", 127],
  ["fc00::", 7],
  ["fe80::", 10],
] as const)
  privateNetworks.addSubnet(network, prefix, "ipv6");

/** Names that only a machine, a container network or a cluster resolves. */
const privateName = /^(?:localhost|[^.]+|.*\.(?:localhost|local|internal|svc))$/;

/**
 * Why an address cannot be reached from outside, as far as its text tells: a name that resolves to a private
 * address is not found here. Undefined for any other address.
 */
export function privateAddressReason(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const family = isIP(host);
  if (family !== 0)
    return privateNetworks.check(host, family === 4 ? "ipv4" : "ipv6")
      ? `${host} is a loopback or private address`
      : undefined;
  return privateName.test(host)
    ? `${host} is a name of this machine, a container network or a cluster`
    : undefined;
}
