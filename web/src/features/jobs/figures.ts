/** The figures of a job, of which the document says only that they have names. */
import type { Job } from "../../api/types";

/** Those with words of their own (`jobs.figure`), in the order in which they are said. */
const FINDINGS = ["became_due", "came_back", "kept_after_all", "calls", "expected_calls", "ends_changed", "without_row", "without_object", "orphans_erased", "strange_names", "broken", "repaired", "left_in_store", "waits_for_spool"] as const;

/** One figure, if it is a number. */
export function figure(job: Job, name: string): number | undefined {
  const found = job.figures[name];
  return typeof found === "number" ? found : undefined;
}

/** What a run found; only what is more than nothing. */
export function findings(job: Job): [string, number][] {
  return FINDINGS.flatMap((name): [string, number][] => {
    const found = figure(job, name);
    return found === undefined || found === 0 ? [] : [[name, found]];
  });
}
