/** Calls an exchange says there were, compared with what was recorded. */
import { queryOptions } from "@tanstack/react-query";
import { api, background, body } from "../../api/client";
import type { ColumnNames, ExpectedVerdict } from "../../api/types";

export interface ExpectedSearch {
  from: string;
  to: string;
  verdict?: ExpectedVerdict;
}

/** Asked anew every ten seconds while something still waits to be compared. */
export function expectedQuery(search: ExpectedSearch) {
  return queryOptions({
    queryKey: ["expected-calls", search],
    queryFn: ({ client }) => body(api.GET("/v1/expected-calls", { params: { query: search }, ...(client.getQueryData(["expected-calls", search]) === undefined ? {} : { headers: background }) })),
    refetchInterval: (query) => (query.state.data?.counts.some((one) => one.verdict === "waiting") ? 10_000 : false),
  });
}

export const LARGEST = 20 * 1024 * 1024;

export async function upload(file: File, more: { preset?: string; columns?: ColumnNames }) {
  const content_base64 = base64(new Uint8Array(await file.arrayBuffer()));
  return body(api.POST("/v1/expected-calls", { body: { name: file.name.slice(0, 200), content_base64, ...more } }));
}

/** In pieces: a whole file at once would overflow the call's arguments. */
export function base64(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += 0x8000) text += String.fromCharCode(...octets.subarray(at, at + 0x8000));
  return btoa(text);
}
