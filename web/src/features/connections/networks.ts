/** Networks as a person types them: one a line or by commas. */

export function readNetworks(typed: string): { networks: string[]; wrong: string[] } {
  const entries = typed
    .split(/[\s,、]+/)
    .map((entry) => entry.normalize("NFKC").trim())
    .filter((entry) => entry !== "");
  return { networks: entries.filter(isNetwork), wrong: entries.filter((entry) => !isNetwork(entry)) };
}

/** An IPv4 or IPv6 network with its prefix length. The server checks again. */
function isNetwork(entry: string): boolean {
  const [address = "", length = "", ...rest] = entry.split("/");
  if (rest.length > 0 || !/^\d{1,3}$/.test(length)) return false;
  if (address.includes(":")) return /^[0-9a-fA-F:]+$/.test(address) && Number(length) <= 128;
  const octets = address.split(".");
  return octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255) && Number(length) <= 32;
}

/** The network that holds this one address alone. */
export function only(address: string): string {
  return `${address}/${address.includes(":") ? 128 : 32}`;
}

/** The transport named in an address, in capitals: of SIP, UDP when none is. */
export function transportOf(address: string): string {
  if (/^https?:/i.test(address)) return "HTTPS";
  return (/;transport=(\w+)/i.exec(address)?.[1] ?? (/^sips:/i.test(address) ? "tls" : "udp")).toUpperCase();
}

/** Host and port of a SIP address, for devices that ask for them apart. */
export function partsOf(address: string): { user: string; host: string; port: string } | undefined {
  const found = /^sips?:([^@]+)@(\[[^\]]+\]|[^:;?]+)(?::(\d+))?/i.exec(address);
  if (found === null) return undefined;
  const [, user = "", host = "", port] = found;
  return { user, host, port: port ?? (transportOf(address) === "TLS" ? "5061" : "5060") };
}
