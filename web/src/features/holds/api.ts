/** Reading preservation holds, and placing, keeping on and releasing them. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { Hold, HoldStanding, PlaceHoldRequest, SelectionQuery } from "../../api/types";

export function holdsQuery(standing: HoldStanding | undefined) {
  return infiniteQueryOptions({
    queryKey: ["holds", standing ?? "all"],
    queryFn: ({ pageParam }) => body(api.GET("/v1/holds", { params: { query: { ...(standing === undefined ? {} : { standing }), limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** The rules on holds come with every list; one row is enough for them. */
export const holdRulesQuery = queryOptions({
  queryKey: ["holds", "rules"],
  queryFn: async () => (await body(api.GET("/v1/holds", { params: { query: { limit: 1 } } }))).rules,
});

export function holdQuery(id: string) {
  return queryOptions({
    queryKey: ["hold", id],
    queryFn: () => body(api.GET("/v1/holds/{id}", { params: { path: { id } } })),
  });
}

export function selectionQuery(query: SelectionQuery) {
  return queryOptions({
    queryKey: ["holds", "selection", query],
    queryFn: () => body(api.GET("/v1/holds/selection", { params: { query } })),
    gcTime: 0,
  });
}

/** `key` is new for each dialog: a second press, or a lost answer, places one hold. */
export function placeHold(key: string, wanted: PlaceHoldRequest): Promise<Hold> {
  return body(api.POST("/v1/holds", { params: { header: { "Idempotency-Key": key } }, body: wanted }));
}

export function extendHold(id: string, reviewOn: string, reason: string): Promise<Hold> {
  return body(api.POST("/v1/holds/{id}/extend", { params: { path: { id } }, body: { review_on: reviewOn, reason } }));
}

export function askRelease(id: string, reason: string): Promise<Hold> {
  return body(api.POST("/v1/holds/{id}/ask-release", { params: { path: { id } }, body: { reason } }));
}

export function releaseHold(id: string, reason: string): Promise<Hold> {
  return body(api.POST("/v1/holds/{id}/release", { params: { path: { id } }, body: { reason } }));
}
