/** What a tenant publishes for everybody; asked without signing in. */
import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";

export function publicNoticeQuery(tenant: string) {
  return queryOptions({
    queryKey: ["public", tenant],
    queryFn: () => body(api.GET("/v1/public/{tenant}", { params: { path: { tenant } } })),
    staleTime: 5 * 60_000,
    retry: false,
  });
}
