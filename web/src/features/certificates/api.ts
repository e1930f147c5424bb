/** The proofs that recordings are gone. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { Certificate } from "../../api/types";
import { addDays, dayStart } from "../../i18n/civil_time";

/** Both days of Japan, inclusive. */
export interface IssuedWithin {
  from?: string;
  to?: string;
}

export const certificatesQuery = (within: IssuedWithin) =>
  infiniteQueryOptions({
    queryKey: ["certificates", within],
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/v1/certificates", {
          params: {
            query: {
              ...(within.from === undefined ? {} : { from: dayStart(within.from) }),
              ...(within.to === undefined ? {} : { to: dayStart(addDays(within.to, 1)) }),
              limit: 50,
              ...(pageParam === undefined ? {} : { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** Of one recording: none until its destruction has been checked, and one from then on. */
export const certificateOfQuery = (recording: string) =>
  queryOptions({
    queryKey: ["certificates", "of", recording],
    queryFn: async () => (await body(api.GET("/v1/certificates", { params: { query: { recording, limit: 1 } } }))).items[0] ?? null,
  });

export const certificateQuery = (id: string) =>
  queryOptions({
    queryKey: ["certificates", "one", id],
    queryFn: async () => (await body(api.GET("/v1/certificates/{id}", { params: { path: { id } } }))) as Certificate,
  });
