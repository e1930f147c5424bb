/** A connection test as the page tells it: from what was seen, the newest words for each step. */
import type { ConnectionObservation, ConnectionTest } from "../../api/types";

/** The last thing seen of a step that says whether it is done; of the sound, whatever is still wrong first. */
export function tellingOf(test: ConnectionTest, step: string): ConnectionObservation | undefined {
  const state = test.steps.find((one) => one.step === step)?.state;
  const wanted = state === "good" ? true : state === "problem" ? false : undefined;
  return test.observations.filter((seen) => seen.step === step && (wanted === undefined || seen.good === wanted)).at(-1);
}

/** A source that named this connection's own random address from a network that is not allowed: it may be offered to allow it. */
export function sourceToAllow(seen: ConnectionObservation): string | undefined {
  return seen.event === "source_not_allowed" ? (seen.source ?? undefined) : undefined;
}

/** The technical words of an observation, each with the name it is shown under. */
export function detailsOf(seen: ConnectionObservation): { name: string; value: string }[] {
  const details: { name: string; value: string }[] = [];
  if (seen.source) details.push({ name: "source", value: seen.source });
  for (const [name, value] of Object.entries(seen.detail)) {
    if (value === null || value === undefined || value === "") continue;
    // Streams are counted from one where people read them.
    const shown = name === "stream" && typeof value === "number" ? String(value + 1) : Array.isArray(value) ? value.join(", ") : String(value);
    details.push({ name, value: shown });
  }
  if (seen.status_code) details.push({ name: "status", value: String(seen.status_code) });
  return details;
}

/** The id to wait behind. */
export function lastSeen(test: ConnectionTest | undefined): string | undefined {
  return test?.observations.at(-1)?.id;
}
