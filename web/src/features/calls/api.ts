/** Reading the call log and the counts of what was not kept. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { type CallSearch, callQuery } from "./call_search";

export function callsQuery(search: CallSearch) {
  return infiniteQueryOptions({
    queryKey: ["calls", search],
    queryFn: ({ pageParam }) => body(api.GET("/v1/calls", { params: { query: { ...callQuery(search, Date.now()), limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** `days`: civil days of Japan, both inclusive. */
export function unrecordedCountsQuery(days: { from?: string; to?: string }) {
  return queryOptions({
    queryKey: ["counts", "unrecorded", days],
    queryFn: async () => (await body(api.GET("/v1/counts/unrecorded", { params: { query: days } }))).items,
  });
}
