/** What to enter on a PBX for one connection: rows made from the connection's own values, so that nothing has to be translated. */
import type { ConnectionDetail } from "../../api/types";
import { partsOf, transportOf } from "./networks";

/** Families of devices that call one and the same thing by different names. */
export const FAMILIES = {
  siprec: ["oracle", "broadworks", "cisco", "audiocodes", "avaya", "other"],
  sip: ["pbx", "conference"],
  registration: ["cloud_pbx", "trunk"],
  whip: ["browser", "encoder"],
} as const;

export type Family = (typeof FAMILIES)[keyof typeof FAMILIES][number];

/** `name` and `text` are keys of the words; a `value` is copied as it stands. */
export interface GuideRow {
  name: string;
  value?: string;
  text?: string;
}

/** The rows of the short table: first where to, then how secured, then what to send. */
export function guideRows(connection: ConnectionDetail): GuideRow[] {
  switch (connection.kind) {
    case "siprec":
    case "sip":
      return [...destination(connection), ...security(connection), ...media(connection), ...(connection.kind === "siprec" ? ([{ name: "metadata", text: "metadata_on" }, { name: "streams", text: "streams_two" }] satisfies GuideRow[]) : ([{ name: "streams", text: "streams_mixed" }] satisfies GuideRow[])), { name: "heartbeat", text: "heartbeat_options" }];
    case "registration":
      return [
        { name: "registrar", value: connection.account ? `${connection.account.registrar_host}:${connection.account.registrar_port}` : "" },
        { name: "extension", value: connection.account?.username ?? "" },
        { name: "call_to", text: "call_to_extension" },
        ...media(connection),
      ];
    case "whip":
      return [...connection.address.map((address) => ({ name: "whip_url", value: address })), { name: "authorization", text: "authorization_bearer" }, { name: "codecs", text: "codecs_whip" }];
  }
}

function destination(connection: ConnectionDetail): GuideRow[] {
  const wanted = connection.security.transport === "tls" ? connection.address.filter((address) => transportOf(address) === "TLS") : connection.address;
  const addresses = wanted.length > 0 ? wanted : connection.address;
  const first = addresses.map(partsOf).find((parts) => parts !== undefined);
  return [
    ...addresses.map((address) => ({ name: "uri", value: address })),
    ...(first === undefined ? [] : [{ name: "host", value: first.host }, { name: "port", value: first.port }, { name: "user", value: first.user }]),
    { name: "transport", text: connection.security.transport === "tls" ? "transport_tls" : "transport_any" },
  ];
}

function security(connection: ConnectionDetail): GuideRow[] {
  const rows: GuideRow[] = [];
  if (connection.security.digest_required) rows.push({ name: "digest", text: "digest_on" });
  if ((connection.security.tls_client_sha256 ?? []).length > 0) rows.push({ name: "certificate", text: "certificate_needed" });
  rows.push({ name: "source", value: connection.networks.join(", ") });
  return rows;
}

function media(connection: ConnectionDetail): GuideRow[] {
  return [
    { name: "codecs", text: "codecs_sip" },
    { name: "srtp", text: connection.security.media === "srtp_required" ? "srtp_on" : "srtp_optional" },
    { name: "rtp", text: connection.security.learns_source ? "rtp_any" : "rtp_same" },
  ];
}
