/** What will be erased on a day, under which article. */
import { queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";

export const forecastQuery = (day: string) =>
  queryOptions({
    queryKey: ["deletion-forecast", day],
    queryFn: () => body(api.GET("/v1/deletion-forecast", { params: { query: { day } } })),
  });
