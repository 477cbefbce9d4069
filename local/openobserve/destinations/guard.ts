import { BlockList, isIP } from "node:net";

/**
 * The server's guard against requests into its own network. It looks at the text of the URL only; names are not
 * resolved.
 */

const ranges: readonly (readonly [network: string, prefix: number])[] = [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  ["100.64.0.0", 10],
  ["192.0.2.0", 24],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["198.18.0.0", 15],
  ["240.0.0.0", 4],
  ["fe80::", 10],
  ["fc00::", 7],
  ["2001:db8::", 32],
];

const listOf = (networks: typeof ranges): BlockList => {
  const list = new BlockList();
  for (const [network, prefix] of networks)
    list.addSubnet(network, prefix, network.includes(":") ? "ipv6" : "ipv4");
  return list;
};

const privateNetworks = listOf(ranges);
const loopback = listOf([
  ["127.0.0.0", 8],
  ["::1", 128],
]);

const internalEnds = [".internal", ".local", ".localdomain", ".lan"];

/** Why a request to the URL is refused; undefined when it is not. */
export function refusedByGuard(url: string, allowLoopback: boolean): string | undefined {
  if (!URL.canParse(url)) return "Invalid URL: relative URL without a base";
  const { protocol, hostname } = new URL(url);
  const scheme = protocol.slice(0, -1);
  if (scheme !== "http" && scheme !== "https")
    return `Unsupported URL scheme: ${scheme}. Only HTTP and HTTPS are allowed.`;
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return isIP(host) ? refusedAddress(host, allowLoopback) : refusedName(host, allowLoopback);
}

function refusedAddress(address: string, allowLoopback: boolean): string | undefined {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  const refused =
    privateNetworks.check(address, family) || (!allowLoopback && loopback.check(address, family));
  return refused && address !== "255.255.255.255"
    ? `Access to private IP address ${address} is not allowed for security reasons. This prevents Server-Side Request Forgery (SSRF) attacks.`
    : undefined;
}

function refusedName(host: string, allowLoopback: boolean): string | undefined {
  if (!allowLoopback && (host === "localhost" || host.startsWith("localhost.")))
    return "Access to localhost is not allowed for security reasons";
  if (internalEnds.some((end) => host.endsWith(end)) || host.includes(".local."))
    return `Access to internal domain ${host} is not allowed for security reasons`;
  if (host === "metadata" || host.endsWith("metadata."))
    return `Access to cloud metadata endpoint ${host} is not allowed for security reasons`;
  return undefined;
}
