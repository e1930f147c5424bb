/** Reading the tenant's policy: as rules and as the text it was loaded from. */
import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";

export const policyQuery = queryOptions({
  queryKey: ["policy"],
  queryFn: () => body(api.GET("/v1/policy")),
  staleTime: 60_000,
});

export const policyTextQuery = queryOptions({
  queryKey: ["policy", "text"],
  queryFn: () => body(api.GET("/v1/policy/text", { parseAs: "text" })) as Promise<string>,
  staleTime: 60_000,
});
