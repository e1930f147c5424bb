/** Which days' expected calls are looked at, as it stands in the page's address. */
import type { ExpectedVerdict } from "../../api/types";

const VERDICTS: readonly string[] = ["waiting", "recorded", "not_due", "missing", "unexplained"] satisfies ExpectedVerdict[];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function readExpectedSearch(raw: Record<string, unknown>): { from?: string; to?: string; verdict?: ExpectedVerdict } {
  const search: { from?: string; to?: string; verdict?: ExpectedVerdict } = {};
  for (const day of ["from", "to"] as const) {
    const value = raw[day];
    if (typeof value === "string" && DAY.test(value)) search[day] = value;
  }
  if (typeof raw["verdict"] === "string" && VERDICTS.includes(raw["verdict"])) search.verdict = raw["verdict"] as ExpectedVerdict;
  return search;
}
