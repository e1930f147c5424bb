// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { ConnectionDetail } from "../../api/types";
import { allowRequest, connectRequest, draftOf, emptyDraft, faultsOf } from "./draft";

const detail: ConnectionDetail = {
  id: "k1",
  name: "本庁舎",
  kind: "sip",
  state: "active",
  address: ["sip:abc@rokuon.example:5061;transport=tls"],
  networks: ["192.0.2.0/24"],
  security: { media: "srtp_required", transport: "tls", learns_source: false, tls_client_sha256: ["AB:CD"], digest_required: true },
  calls_today: 0,
  refused_today: 0,
  standing: "good",
  reasons: [],
  version: 3,
};

describe("a draft", () => {
  it("asks only for what its kind needs", () => {
    expect([...faultsOf(emptyDraft, false)]).toEqual(["name", "networks"]);
    expect([...faultsOf({ ...emptyDraft, kind: "whip", name: "窓口" }, false)]).toEqual([]);
    const registration = { ...emptyDraft, kind: "registration" as const, name: "a", networks: "192.0.2.0/24" };
    expect([...faultsOf(registration, false)]).toEqual(["registrarHost", "username", "password"]);
    expect([...faultsOf({ ...registration, registrarHost: "pbx.example", username: "201" }, true)]).toEqual([]);
  });

  it("sends nothing that does not belong to its kind", () => {
    const whip = connectRequest({ ...emptyDraft, kind: "whip", name: " 窓口 ", tls: true, digest: true, certificates: "AB", registrarHost: "x" });
    expect(whip).toEqual({ kind: "whip", name: "窓口", networks: [], security: { media: "plain_allowed", transport: "any", learns_source: true, digest_required: false, tls_client_sha256: [] } });
    const registration = connectRequest({ ...emptyDraft, kind: "registration", name: "a", networks: "192.0.2.0/24", registrarHost: "pbx.example", registrarTransport: "tls", username: "201", password: "himitsu" });
    expect(registration.account).toEqual({ registrar_host: "pbx.example", transport: "tls", username: "201", password: "himitsu" });
  });

  it("keeps what a connection has, and adds one network to it", () => {
    expect(draftOf(detail)).toMatchObject({ kind: "sip", srtp: true, tls: true, digest: true, learns: false, certificates: "AB:CD", networks: "192.0.2.0/24" });
    expect(allowRequest(detail, "198.51.100.7/32")).toEqual({ version: 3, name: "本庁舎", networks: ["192.0.2.0/24", "198.51.100.7/32"], security: { media: "srtp_required", transport: "tls", learns_source: false, digest_required: true, tls_client_sha256: ["AB:CD"] } });
  });
});
