/** What is kept, for how long and why. */
import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";

export const retentionQuery = queryOptions({
  queryKey: ["retention"],
  queryFn: () => body(api.GET("/v1/retention")),
});
