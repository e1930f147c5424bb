/** The pages behind sign-in, in the order of the menu, each with the capability that opens it. */
import type { IconName } from "../components/Icon/Icon";
import type { Key } from "../i18n/language";

export const PAGES = [
  { to: "/recordings", title: "nav.recordings", icon: "search", needs: "recording.search" },
  { to: "/holds", title: "nav.holds", icon: "lock", needs: "recording.search" },
  { to: "/erasures", title: "nav.erasures", icon: "eraser", needs: "recording.search" },
  { to: "/live", title: "nav.live", icon: "phone", needs: "recording.search" },
  { to: "/calls", title: "nav.calls", icon: "list", needs: "call.search" },
  { to: "/coverage", title: "nav.coverage", icon: "clock", needs: "report.read" },
  { to: "/expected-calls", title: "nav.expected_calls", icon: "check", needs: "report.read" },
  { to: "/alarms", title: "nav.alarms", icon: "warning", needs: "connection.read" },
  { to: "/people", title: "nav.people", icon: "people", needs: "person.read" },
  { to: "/audit", title: "nav.audit", icon: "trail", needs: "audit.read" },
  { to: "/policy", title: "nav.policy", icon: "policy", needs: "policy.read" },
  { to: "/retention", title: "nav.retention", icon: "clock", needs: "policy.read" },
  { to: "/storage", title: "nav.storage", icon: "shield", needs: "report.read" },
  { to: "/devices", title: "nav.devices", icon: "building", needs: "policy.read" },
  { to: "/connections", title: "nav.connections", icon: "connection", needs: "connection.read" },
] as const satisfies readonly { to: string; title: Key; icon: IconName; needs: string }[];

/** Where a person lands: the first page they may open, else their own. */
export function homeOf(capabilities: readonly string[]): (typeof PAGES)[number]["to"] | "/me" {
  return PAGES.find((page) => capabilities.includes(page.needs))?.to ?? "/me";
}
