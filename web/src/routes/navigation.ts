/** The pages behind sign-in, in the order of the menu, each with the capability that opens it. */
import type { IconName } from "../components/Icon/Icon";
import type { Key } from "../i18n/language";

export const GROUPS = ["nav.group.recordings", "nav.group.watch", "nav.group.rules"] as const satisfies readonly Key[];

export const PAGES = [
  { group: "nav.group.recordings", to: "/recordings", title: "nav.recordings", icon: "search", needs: "recording.search" },
  { group: "nav.group.recordings", to: "/live", title: "nav.live", icon: "phone", needs: "recording.search" },
  { group: "nav.group.recordings", to: "/calls", title: "nav.calls", icon: "list", needs: "call.search" },
  { group: "nav.group.recordings", to: "/holds", title: "nav.holds", icon: "lock", needs: "recording.search" },
  { group: "nav.group.recordings", to: "/erasures", title: "nav.erasures", icon: "eraser", needs: "recording.search" },
  { group: "nav.group.watch", to: "/alarms", title: "nav.alarms", icon: "warning", needs: "connection.read" },
  { group: "nav.group.watch", to: "/coverage", title: "nav.coverage", icon: "clock", needs: "report.read" },
  { group: "nav.group.watch", to: "/expected-calls", title: "nav.expected_calls", icon: "check", needs: "report.read" },
  { group: "nav.group.watch", to: "/storage", title: "nav.storage", icon: "shield", needs: "report.read" },
  { group: "nav.group.watch", to: "/connections", title: "nav.connections", icon: "connection", needs: "connection.read" },
  { group: "nav.group.rules", to: "/policy", title: "nav.policy", icon: "policy", needs: "policy.read" },
  { group: "nav.group.rules", to: "/retention", title: "nav.retention", icon: "calendar", needs: "policy.read" },
  { group: "nav.group.rules", to: "/people", title: "nav.people", icon: "people", needs: "person.read" },
  { group: "nav.group.rules", to: "/audit", title: "nav.audit", icon: "trail", needs: "audit.read" },
  { group: "nav.group.rules", to: "/devices", title: "nav.devices", icon: "building", needs: "policy.read" },
] as const satisfies readonly { group: (typeof GROUPS)[number]; to: string; title: Key; icon: IconName; needs: string }[];

/** Where a person lands: the first page they may open, else their own. */
export function homeOf(capabilities: readonly string[]): (typeof PAGES)[number]["to"] | "/me" {
  return PAGES.find((page) => capabilities.includes(page.needs))?.to ?? "/me";
}
