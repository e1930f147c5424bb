/** What is looked for in the audit trail, as it stands in the page's address. */

export const GROUPS = ["sign_in", "recording", "use", "play", "hold", "erasure", "recording.due", "recording.destroyed", "certificate", "job", "call", "person", "appointment", "connection", "device", "alarm", "policy", "policy_amendment", "audit", "password"] as const;

/** Days are civil days of Japan, both inclusive. `kind` is a kind ("play.start") or its first part ("play"). */
export interface AuditSearch {
  from?: string;
  to?: string;
  actor?: string;
  kind?: string;
  object?: string;
}

export function readAuditSearch(raw: Record<string, unknown>): AuditSearch {
  const search: AuditSearch = {};
  for (const day of ["from", "to"] as const) {
    const value = raw[day];
    if (typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value)) search[day] = value;
  }
  const { actor, kind, object } = raw;
  if (typeof actor === "string" && actor !== "") search.actor = actor;
  if (typeof kind === "string" && /^[a-z_]+(\.[a-z_]+)?$/.test(kind)) search.kind = kind;
  if (typeof object === "string" && object !== "") search.object = object;
  return search;
}
