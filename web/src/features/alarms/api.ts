/** What is wrong, and taking it up; recorders; what is expected of connections. */
import { queryOptions } from "@tanstack/react-query";
import { api, background, body, done } from "../../api/client";

/** Asked anew every half minute, in the background: looking on is no activity of the person (KB-6). */
export const alarmsQuery = queryOptions({
  queryKey: ["alarms"],
  queryFn: ({ client }) => body(api.GET("/v1/alarms", client.getQueryData(["alarms"]) === undefined ? {} : { headers: background })),
  refetchInterval: 30_000,
});

/** The banner's own asking: nobody's hand caused it, not even the first time. */
export const alarmBannerQuery = queryOptions({
  queryKey: ["alarms"],
  queryFn: () => body(api.GET("/v1/alarms", { headers: background })),
  refetchInterval: 30_000,
});

export const workersQuery = queryOptions({
  queryKey: ["workers"],
  queryFn: async () => (await body(api.GET("/v1/workers", { headers: background }))).items,
  refetchInterval: 30_000,
});

export const watchesQuery = queryOptions({
  queryKey: ["connection-watches"],
  queryFn: async () => (await body(api.GET("/v1/connection-watches"))).items,
});

export const connectionNamesQuery = queryOptions({
  queryKey: ["connections", "names"],
  queryFn: async () => (await body(api.GET("/v1/connections"))).items.filter((one) => one.state === "active"),
});

export function acknowledge(id: string, note: string): Promise<void> {
  return done(api.POST("/v1/alarms/{id}/acknowledge", { params: { path: { id } }, body: { note } }));
}

export interface Expectation {
  silent_after_minutes?: number;
  announces: boolean;
  canary?: { number: string; every_minutes: number };
}

export function expectOf(id: string, expectation: Expectation) {
  return body(api.POST("/v1/connections/{id}/watch", { params: { path: { id } }, body: expectation }));
}
