/** Whether what is kept is sound, how full the store is, and whether the tenant's key is there. */
import { queryOptions } from "@tanstack/react-query";
import { api, background, body } from "../../api/client";
import type { StorageHealth } from "../../api/types";

/** Asked anew every minute, in the background: looking on is no activity of the person (KB-6). */
export const storageHealthQuery = queryOptions({
  queryKey: ["storage-health"],
  queryFn: async ({ client }) => (await body(api.GET("/v1/storage-health", client.getQueryData(["storage-health"]) === undefined ? {} : { headers: background }))) as StorageHealth,
  refetchInterval: 60_000,
});
