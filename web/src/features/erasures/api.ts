/** Reading requests for erasure, entering and deciding them. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import type { AskErasureRequest, Erasure, ErasureStanding } from "../../api/types";

export function erasuresQuery(standing: ErasureStanding | undefined) {
  return infiniteQueryOptions({
    queryKey: ["erasures", standing ?? "all"],
    queryFn: ({ pageParam }) => body(api.GET("/v1/erasures", { params: { query: { ...(standing === undefined ? {} : { standing }), limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** The requests about one recording, with the rules on erasure. */
export function erasuresOfQuery(recording: string) {
  return queryOptions({
    queryKey: ["erasures", "of", recording],
    queryFn: () => body(api.GET("/v1/erasures", { params: { query: { recording, limit: 20 } } })),
  });
}

export function erasureQuery(id: string) {
  return queryOptions({
    queryKey: ["erasure", id],
    queryFn: () => body(api.GET("/v1/erasures/{id}", { params: { path: { id } } })),
  });
}

export function askErasure(key: string, asked: AskErasureRequest): Promise<Erasure> {
  return body(api.POST("/v1/erasures", { params: { header: { "Idempotency-Key": key } }, body: asked }));
}

export function approveErasure(id: string, reason: string): Promise<Erasure> {
  return body(api.POST("/v1/erasures/{id}/approve", { params: { path: { id } }, body: { reason } }));
}

export function refuseErasure(id: string, reason: string, ground: string): Promise<Erasure> {
  return body(api.POST("/v1/erasures/{id}/refuse", { params: { path: { id } }, body: { reason, ...(ground === "" ? {} : { ground }) } }));
}

export function withdrawErasure(id: string, reason: string): Promise<Erasure> {
  return body(api.POST("/v1/erasures/{id}/withdraw", { params: { path: { id } }, body: { reason } }));
}
