/** The PBXs that reach us. */
import { queryOptions } from "@tanstack/react-query";
import { api, background, body, done } from "../../api/client";
import type { Connection } from "../../api/types";
import { addDays, civil } from "../../i18n/civil_time";

/** Read anew every minute, in the background: looking at health is no activity of the person (KB-6). */
export const connectionsQuery = queryOptions({
  queryKey: ["connections"],
  queryFn: async ({ client }) => {
    const first = client.getQueryData(["connections"]) === undefined;
    return (await body(api.GET("/v1/connections", first ? {} : { headers: background }))).items;
  },
  refetchInterval: 60_000,
});

/** Calls not kept in the last seven civil days, with the reason. */
export const refusedQuery = queryOptions({
  queryKey: ["counts", "unrecorded", "week"],
  queryFn: async () => (await body(api.GET("/v1/counts/unrecorded", { params: { query: { from: addDays(civil(Date.now()).day, -6) } } }))).items,
});

export function connect(entry: { name: string; networks: string[]; default_line?: string }): Promise<Connection> {
  return body(api.POST("/v1/connections", { body: entry }));
}

export function disableConnection(id: string): Promise<void> {
  return done(api.POST("/v1/connections/{id}/disable", { params: { path: { id } } }));
}
