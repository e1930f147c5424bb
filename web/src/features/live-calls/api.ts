/** Calls that go on, what is ordered of them, and what is noted of telling the other party. */
import { queryOptions } from "@tanstack/react-query";
import { api, background, body } from "../../api/client";
import type { Announcement, CaptureOrder, LiveCall, PauseReason } from "../../api/types";

/** Asked anew every two seconds, in the background: looking on is no activity of the person (KB-6). */
export const liveCallsQuery = queryOptions({
  queryKey: ["live-calls"],
  queryFn: ({ client }) => {
    const first = client.getQueryData(["live-calls"]) === undefined;
    return body(api.GET("/v1/live-calls", first ? {} : { headers: background }));
  },
  refetchInterval: 2_000,
});

export interface Told {
  status: "told_beforehand" | "exception" | "not_noted";
  exception?: string;
}

export function order(id: string, what: CaptureOrder, more: { reason?: PauseReason; announcement?: Told } = {}) {
  return body(api.POST("/v1/recordings/{id}/orders", { params: { path: { id } }, body: { order: what, ...more } }));
}

export function noteAnnouncement(id: string, told: Told): Promise<Announcement> {
  return body(api.POST("/v1/recordings/{id}/announcement", { params: { path: { id } }, body: told }));
}

/** The capture a call will have once what is on its way has arrived. */
export function captureOf(call: LiveCall): { capture: LiveCall["capture"]; onItsWay: boolean } {
  const waiting = call.orders.filter((one) => one.state === "placed").at(-1);
  if (waiting === undefined) return { capture: call.capture, onItsWay: false };
  const after = { start: "running", resume: "running", pause: "paused", stop: "stopped" } as const;
  return { capture: after[waiting.order], onItsWay: true };
}
