/** Amended rules: what they would change, and how they come into force by two persons. */
import { queryOptions } from "@tanstack/react-query";
import { api, body, done } from "../../api/client";
import type { AmendmentPreview, PolicyAmendment } from "../../api/types";

export const amendmentsQuery = queryOptions({
  queryKey: ["policy-amendments"],
  queryFn: async () => (await body(api.GET("/v1/policy-amendments"))).items,
});

/** The rules in force, as the text an amendment begins with. */
export function presentDocument(): Promise<string> {
  return body(api.GET("/v1/policy/text", { parseAs: "text" })) as Promise<string>;
}

/** The whole document as it shall be; its `effective_from` is the day it takes force. */
export function preview(toml: string): Promise<AmendmentPreview> {
  return body(api.POST("/v1/policy-amendments/preview", { body: { toml } }));
}

export function propose(toml: string, reason: string): Promise<PolicyAmendment> {
  return body(api.POST("/v1/policy-amendments", { body: { toml, reason } }));
}

export function approve(id: string): Promise<void> {
  return done(api.POST("/v1/policy-amendments/{id}/approve", { params: { path: { id } } }));
}

export function withdraw(id: string): Promise<void> {
  return done(api.POST("/v1/policy-amendments/{id}/withdraw", { params: { path: { id } } }));
}
