/** The ways in: PBXs, trunks, handsets and cameras. */
import { queryOptions } from "@tanstack/react-query";
import { api, background, body, done } from "../../api/client";
import type { ConnectionDetail, ConnectionHealth, ConnectionMade, ConnectionRotated, ConnectionTest, ConnectRequest, EditRequest } from "../../api/types";

/** Read anew every minute, in the background: looking at health is no activity of the person (KB-6). */
export const connectionsQuery = queryOptions({
  queryKey: ["connections"],
  queryFn: async ({ client }) => {
    const first = client.getQueryData(["connections"]) === undefined;
    return (await body(api.GET("/v1/connections", first ? {} : { headers: background }))).items;
  },
  refetchInterval: 60_000,
});

export function connectionQuery(id: string) {
  return queryOptions({
    queryKey: ["connections", id],
    queryFn: (): Promise<ConnectionDetail> => body(api.GET("/v1/connections/{id}", { params: { path: { id } } })),
  });
}

export function connectionHealthQuery(id: string) {
  return queryOptions({
    queryKey: ["connections", id, "health"],
    queryFn: ({ client }): Promise<ConnectionHealth> => {
      const first = client.getQueryData(["connections", id, "health"]) === undefined;
      return body(api.GET("/v1/connections/{id}/health", { params: { path: { id } }, ...(first ? {} : { headers: background }) }));
    },
    refetchInterval: 60_000,
  });
}

export function connect(entry: ConnectRequest): Promise<ConnectionMade> {
  return body(api.POST("/v1/connections", { body: entry }));
}

export function editConnection(id: string, entry: EditRequest): Promise<ConnectionMade> {
  return body(api.POST("/v1/connections/{id}/edit", { params: { path: { id } }, body: entry }));
}

export function rotateCredential(id: string, overlapHours: number): Promise<ConnectionRotated> {
  return body(api.POST("/v1/connections/{id}/rotate", { params: { path: { id } }, body: { overlap_hours: overlapHours } }));
}

export function disableConnection(id: string): Promise<void> {
  return done(api.POST("/v1/connections/{id}/disable", { params: { path: { id } } }));
}

export function enableConnection(id: string): Promise<void> {
  return done(api.POST("/v1/connections/{id}/enable", { params: { path: { id } } }));
}

export function beginTest(id: string): Promise<ConnectionTest> {
  return body(api.POST("/v1/connections/{id}/test", { params: { path: { id } } }));
}

/** Waits up to `wait` seconds for something later than `after`. The page asks by itself: no activity of the person. */
export function watchTest(id: string, after: string | undefined, wait: number, signal: AbortSignal): Promise<ConnectionTest> {
  return body(api.GET("/v1/connections/{id}/test", { params: { path: { id }, query: { wait, ...(after === undefined ? {} : { after }) } }, headers: background, signal }));
}
