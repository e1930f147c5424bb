// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { ConnectionDetail } from "../../api/types";
import en from "../../i18n/en.json";
import { flatten } from "../../i18n/language";
import ja from "../../i18n/ja.json";
import { FAMILIES, guideRows } from "./guide";

const base: ConnectionDetail = {
  id: "k1",
  name: "本庁舎",
  kind: "siprec",
  state: "active",
  address: ["sip:abc@rokuon.example:5060;transport=udp", "sip:abc@rokuon.example:5061;transport=tls"],
  networks: ["192.0.2.0/24"],
  security: { media: "plain_allowed", transport: "any", learns_source: true, tls_client_sha256: [], digest_required: false },
  calls_today: 0,
  refused_today: 0,
  standing: "unused",
  reasons: [],
  version: 1,
};
const kinds: ConnectionDetail[] = [
  base,
  { ...base, kind: "sip", security: { ...base.security, media: "srtp_required", transport: "tls", digest_required: true, learns_source: false, tls_client_sha256: ["AB"] } },
  { ...base, kind: "registration", address: [], account: { registrar_host: "pbx.example", registrar_port: 5061, transport: "tls", username: "201", expires_seconds: 600, state: "registered" } },
  { ...base, kind: "whip", address: ["https://rokuon.example/whip/abc"], networks: [] },
];

describe("the guide", () => {
  it("says the connection's own values", () => {
    const rows = guideRows(base);
    expect(rows.filter((row) => row.name === "uri").map((row) => row.value)).toEqual(base.address);
    expect(rows.find((row) => row.name === "host")?.value).toBe("rokuon.example");
    expect(rows.find((row) => row.name === "user")?.value).toBe("abc");
    expect(rows.some((row) => row.name === "metadata")).toBe(true);
  });

  it("names only the TLS address where TLS is asked for", () => {
    const rows = guideRows(kinds[1] as ConnectionDetail);
    expect(rows.filter((row) => row.name === "uri").map((row) => row.value)).toEqual(["sip:abc@rokuon.example:5061;transport=tls"]);
    expect(rows.map((row) => row.text)).toEqual(expect.arrayContaining(["transport_tls", "digest_on", "certificate_needed", "srtp_on", "rtp_same"]));
  });

  it("has words for every row and family in both languages", () => {
    for (const table of [ja, en]) {
      const words = flatten(table);
      for (const kind of kinds) {
        for (const row of guideRows(kind)) {
          expect(words.has(`guide.row.${row.name}`), row.name).toBe(true);
          if (row.text !== undefined) expect(words.has(`guide.text.${row.text}`), row.text).toBe(true);
        }
        for (const family of FAMILIES[kind.kind]) {
          expect(words.has(`guide.family.${family}`), family).toBe(true);
          expect(words.has(`guide.where.${family}`), family).toBe(true);
        }
      }
    }
  });
});
