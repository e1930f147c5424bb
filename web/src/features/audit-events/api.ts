/** Reading the audit trail. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { AuditEvent } from "../../api/types";
import { addDays, dayStart } from "../../i18n/civil_time";
import type { AuditSearch } from "./audit_search";

interface AuditEventPage {
  items: AuditEvent[];
  next_cursor?: string | null;
}

export function auditEventsQuery(search: AuditSearch) {
  const { from, to, ...rest } = search;
  const query = {
    ...rest,
    ...(from === undefined ? {} : { from: dayStart(from) }),
    ...(to === undefined ? {} : { to: dayStart(addDays(to, 1)) }),
    limit: 50,
  };
  return infiniteQueryOptions({
    queryKey: ["audit-events", search],
    queryFn: async ({ pageParam }) => (await body(api.GET("/v1/audit-events", { params: { query: { ...query, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } }))) as AuditEventPage,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}
