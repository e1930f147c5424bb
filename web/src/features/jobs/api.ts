/** What the platform does by itself over the recordings, and letting go on what stopped. */
import { queryOptions } from "@tanstack/react-query";
import { api, background, body, done } from "../../api/client";
import type { Job } from "../../api/types";

/** Asked anew every ten seconds, in the background: looking on is no activity of the person (KB-6). */
export const jobsQuery = queryOptions({
  queryKey: ["jobs"],
  queryFn: async ({ client }) => (await body(api.GET("/v1/jobs", client.getQueryData(["jobs"]) === undefined ? {} : { headers: background }))).items as Job[],
  refetchInterval: 10_000,
});

export function release(id: string, up_to: number, reason: string): Promise<void> {
  return done(api.POST("/v1/jobs/{id}/release", { params: { path: { id } }, body: { up_to, reason } }));
}

/** Whose word lets stopped work go on. */
export const MAY_RELEASE = "erasure.decide";
