/**
 * The link that opens the page by which a browser records. What it needs stands in the fragment, which no browser sends to a
 * server: the token reaches no log and no referrer.
 */

export interface CaptureLink {
  /** Whose notice is shown. */
  tenant: string;
  /** Where to publish (WHIP). */
  endpoint: string;
  /** The device's or connection's token. */
  token: string;
}

export function captureLink({ tenant, endpoint, token }: CaptureLink): string {
  return new URL(`/capture#${new URLSearchParams({ tenant, endpoint, token })}`, globalThis.location.origin).href;
}

/** Reads a link, or its fragment alone; undefined for anything that is none of ours. */
export function readCaptureLink(text: string): CaptureLink | undefined {
  const fragment = text.trim().split("#", 2)[1];
  if (fragment === undefined) return undefined;
  const parts = new URLSearchParams(fragment);
  const [tenant, endpoint, token] = ["tenant", "endpoint", "token"].map((name) => parts.get(name) ?? "") as [string, string, string];
  if (!/^[a-z0-9-]{1,64}$/.test(tenant) || !/^[\x21-\x7e]{16,200}$/.test(token) || !/^https?:\/\/./.test(endpoint) || !URL.canParse(endpoint)) return undefined;
  return { tenant, endpoint, token };
}
