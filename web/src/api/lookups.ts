/** Short lists that several pages choose from. */
import { queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";

const minutes = 60_000;

export const departmentsQuery = queryOptions({
  queryKey: ["departments"],
  queryFn: async () => (await body(api.GET("/v1/departments"))).items,
  staleTime: 10 * minutes,
});

export const linesQuery = queryOptions({
  queryKey: ["lines"],
  queryFn: async () => (await body(api.GET("/v1/lines"))).items,
  staleTime: 10 * minutes,
});

export const postsQuery = queryOptions({
  queryKey: ["posts"],
  queryFn: async () => (await body(api.GET("/v1/posts"))).items,
  staleTime: 10 * minutes,
});
