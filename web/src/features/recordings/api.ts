/** Reading recordings, and asking to hear one. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, body, done, sendOnLeave } from "../../api/client";
import type { Use } from "../../api/types";
import type { Range } from "./player/heard";

export interface RecordingQuery {
  from?: string;
  to?: string;
  number?: string;
  number_suffix?: string;
  q?: string;
  department?: string;
  direction?: "inbound" | "outbound" | "internal";
  line?: string;
  announcement?: "told_beforehand" | "public_notice" | "exception" | "not_noted";
  min_seconds?: number;
  max_seconds?: number;
}

/** `key` names the search (its address); `query` is made afresh for each first page, since "today" moves. */
export function recordingsQuery(key: unknown, query: () => RecordingQuery) {
  return infiniteQueryOptions({
    queryKey: ["recordings", key],
    queryFn: ({ pageParam }) => body(api.GET("/v1/recordings", { params: { query: { ...query(), limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function recordingQuery(id: string) {
  return queryOptions({
    queryKey: ["recording", id],
    queryFn: () => body(api.GET("/v1/recordings/{id}", { params: { path: { id } } })),
  });
}

export function waveformQuery(id: string) {
  return queryOptions({
    queryKey: ["waveform", id],
    queryFn: () => body(api.GET("/v1/recordings/{id}/waveform", { params: { path: { id }, query: { points: 1600 } } })),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

export function requestUse(id: string, purpose: string, caseNote: string): Promise<Use> {
  return body(api.POST("/v1/recordings/{id}/uses", { params: { path: { id } }, body: { purpose, ...(caseNote === "" ? {} : { case_note: caseNote }) } }));
}

/** Tells the server which parts were heard so far under this use. `ended` closes the listening. */
export function reportHeard(use: Use, ranges: Range[], ended: boolean): Promise<void> {
  return done(api.POST("/v1/recordings/{id}/uses/{use_id}/heard", { params: { path: { id: use.recording_id, use_id: use.id } }, body: { ranges, ended } }));
}

export function reportHeardOnLeave(use: Use, ranges: Range[]): void {
  sendOnLeave(`/v1/recordings/${encodeURIComponent(use.recording_id)}/uses/${encodeURIComponent(use.id)}/heard`, { ranges, ended: true });
}
