import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { answers, askedOf } from "../testing/answers";
import { heading, renderPortal } from "../testing/render";
import { sampleMe, summary } from "../testing/samples";

const event = {
  id: "e1",
  at: "2026-11-20T20:30:05Z",
  kind: "play.stop",
  actor: { person_id: "p1", display_name: "髙橋 美咲", posts: ["管理責任者"] },
  object: { kind: "recording", id: "0197a3f0-d000-7000-8000-000000000001" },
  outcome: "done",
  article: "3(2)",
  article_label: "第3条第2項",
  sentence: { ja: "応対の振り返り。", en: "Review." },
  detail: { purpose: "quality", ranges: [[0, 41.2]], ended: true },
  leaf_hash: "cd".repeat(32),
};

describe("the audit trail", () => {
  // req: KB-6
  it("shows who did what, when and by which article, and the details on demand", async () => {
    const handler = { key: "handler", name: { ja: "通話録音データ取扱員", en: "Handler" }, article: "6(4)", article_label: "第6条第4項", capabilities: [], scope: "tenant", appointable: false };
    answers({ "GET /v1/audit-events": { items: [{ ...event, actor: { ...event.actor, posts: ["handler"] } }] }, "GET /v1/posts": { items: [handler] }, "GET /v1/people": { items: [{ id: "p1", login_id: "a", display_name: "髙橋 美咲", state: "active", appointments: [] }] } });
    const { user } = renderPortal("/audit?from=2026-11-21&to=2026-11-21&kind=play", { me: sampleMe() });
    await user.click(await screen.findByRole("button", { name: "聴取の終了" }));
    const dialog = screen.getByRole("dialog", { name: "聴取の終了" });
    for (const text of ["第3条第2項", "0:00–0:41", "はい", "cd".repeat(32)]) expect(within(dialog).getByText(text), text).toBeTruthy();
    expect(within(dialog).getByText("令和8年(2026年)11月21日(土) 05:30:05")).toBeTruthy();
    expect(await within(dialog).findByText("通話録音データ取扱員")).toBeTruthy();
    expect(Object.fromEntries(askedOf("GET /v1/audit-events")[0]?.query ?? [])).toEqual({ kind: "play", from: "2026-11-20T15:00:00.000Z", to: "2026-11-21T15:00:00.000Z", limit: "50" });
  });
});

describe("the call log", () => {
  // req: T-2
  it("lists calls with and without audio and counts what was not kept", async () => {
    const { id, call_id, state, gap_count, lost_seconds, keep_until, active_holds, announcement_owed, canary, ...call } = summary;
    answers({
      "GET /v1/departments": { items: [] },
      "GET /v1/lines": { items: [] },
      "GET /v1/calls": { items: [{ ...call, id: call_id, recording_id: id, kept: true }, { ...call, id: "c9", recording_id: null, kept: false }] },
      "GET /v1/counts/unrecorded": { items: [{ day: "2026-11-21", connection: { id: "k1", name: "本庁舎PBX" }, reason: "line_not_listed", article: "2(1)", article_label: "第2条第1項", count: 12 }] },
    });
    renderPortal("/calls", { me: sampleMe() });
    expect(await screen.findAllByRole("link", { name: /録音を開く/ })).toHaveLength(1);
    expect(screen.getByText("録音なし")).toBeTruthy();
    const counts = await screen.findByRole("table", { name: "録音しなかった通話の件数" });
    for (const text of ["対象回線ではない", "第2条第1項", "12"]) expect(within(counts).getByText(text), text).toBeTruthy();
  });
});

describe("the policy", () => {
  it("reads as rules with articles and a table of contents, and as text", async () => {
    answers({
      "GET /v1/policy": { tenant: "aozora", version: "v1", effective_from: "2026-04-01", document_title: { ja: "要綱", en: "Rules" }, sections: [{ title: { ja: "保存期間", en: "Retention" }, rules: [{ article: "7(1)", article_label: "第7条第1項", sentence: { ja: "1年保存します。", en: "One year." } }] }], data: {} },
      "GET /v1/policy/text": () => ({ body: 'tenant = "aozora"\n# 終わり\n' }),
    });
    const { user, router } = renderPortal("/policy", { me: sampleMe() });
    await heading("規程");
    expect(await screen.findByText("1年保存します。")).toBeTruthy();
    expect(screen.getByText("令和8年(2026年)4月1日(水)")).toBeTruthy();
    expect(screen.getByRole("navigation", { name: "目次" }).querySelector("a")?.getAttribute("href")).toBe("#section-1");
    await user.click(screen.getByRole("tab", { name: "原文(TOML)" }));
    expect((await screen.findByRole("region", { name: "原文(TOML)" })).textContent).toContain('tenant = "aozora"');
    expect(router.state.location.searchStr).toBe("?tab=text");
  });
});

const connection = { id: "k1", name: "本庁舎PBX", kind: "siprec", state: "active", address: ["sip:abc@rokuon.example:5070;transport=udp"], networks: ["192.0.2.0/24"], security: { media: "plain_allowed", transport: "any", learns_source: true, tls_client_sha256: [], digest_required: false }, calls_today: 0, refused_today: 0, standing: "unused", reasons: [], version: 1 };

describe("connections", () => {
  // req: P-2
  it("say where to point the PBX, and refuse networks that are none", async () => {
    answers({
      "GET /v1/connections": { items: [{ ...connection, standing: "attention", reasons: ["silent"], calls_today: 3, refused_today: 1, last_heard_at: "2026-11-20T20:30:05Z" }] },
      "GET /v1/lines": { items: [] },
    });
    const { user } = renderPortal("/connections", { me: sampleMe() });
    await screen.findByRole("link", { name: "本庁舎PBX" });
    for (const text of ["SIPREC", "注意", "24時間以上、何も届いていません", "3", "1"]) expect(screen.getByText(text), text).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "接続を追加" }));
    const dialog = screen.getByRole("dialog", { name: "接続の追加" });
    await user.type(within(dialog).getByLabelText(/^名前/), "支所");
    await user.type(within(dialog).getByLabelText(/^許可する接続元/), "192.0.2.300/24");
    await user.click(within(dialog).getByRole("button", { name: "追加する" }));
    expect(within(dialog).getByText("形が正しくありません: 192.0.2.300/24")).toBeTruthy();
    expect(askedOf("POST /v1/connections")).toHaveLength(0);
  });

  // req: P-2
  it("show the secret once after they were made, and lead to the test", async () => {
    answers({
      "GET /v1/connections": { items: [] },
      "GET /v1/lines": { items: [] },
      "POST /v1/connections": () => ({ status: 201, body: { ...connection, kind: "sip", secret: { kind: "digest", username: "abc", password: "k7wq3mx2", realm: "rokuon" } } }),
      "GET /v1/connections/k1": { ...connection, kind: "sip" },
      "GET /v1/connections/k1/test": { running: false, steps: [], observations: [] },
    });
    const { user, router } = renderPortal("/connections", { me: sampleMe() });
    await user.click(await screen.findByRole("button", { name: "接続を追加" }));
    const dialog = screen.getByRole("dialog", { name: "接続の追加" });
    await user.click(within(dialog).getByRole("radio", { name: /^SIP\(PBXから着信\)/ }));
    await user.type(within(dialog).getByLabelText(/^名前/), "支所");
    await user.type(within(dialog).getByLabelText(/^許可する接続元/), "192.0.2.0/24");
    await user.click(within(dialog).getByLabelText(/^パスワード認証を求める/));
    await user.click(within(dialog).getByRole("button", { name: "追加する" }));
    const once = await screen.findByRole("dialog", { name: "「本庁舎PBX」を追加しました" });
    expect(within(once).getByTestId("connection-secret").textContent).toBe("k7wq3mx2");
    expect(askedOf("POST /v1/connections")[0]?.body).toMatchObject({ kind: "sip", security: { digest_required: true, transport: "any" } });
    await user.click(within(once).getByRole("button", { name: "登録しました" }));
    expect(await screen.findByRole("heading", { name: "本庁舎PBX", level: 1 })).toBeTruthy();
    expect(router.state.location.search).toEqual({ tab: "test" });
    expect(screen.queryByText("k7wq3mx2")).toBeNull();
  });

  // req: P-2
  it("say in a test what is wrong, and offer to allow a source that named the connection", async () => {
    const seen = { id: "0197a3f0-0000-7000-8000-000000000001", at: "2026-11-20T20:30:05Z", event: "source_not_allowed", step: "reached", good: false, source: "198.51.100.7", detail: { transport: "udp" } };
    answers({
      "GET /v1/connections/k1": connection,
      "GET /v1/connections/k1/test": { running: true, until: "2026-11-20T21:00:00Z", steps: [{ step: "reached", state: "problem", at: seen.at }, { step: "secured", state: "waiting" }], observations: [seen] },
      "POST /v1/connections/k1/edit": { ...connection, version: 2 },
    });
    const { user } = renderPortal("/connections/k1?tab=test", { me: sampleMe() });
    const steps = await screen.findByRole("list", { name: "確かめる順" });
    await within(steps).findByText(/許可していない接続元から届きました/);
    for (const text of [/心当たりがなければ加えないでください/, "198.51.100.7"]) expect(within(steps).getByText(text), String(text)).toBeTruthy();
    await user.click(within(steps).getByRole("button", { name: "198.51.100.7 を許可する" }));
    expect(askedOf("POST /v1/connections/k1/edit")[0]?.body).toMatchObject({ version: 1, networks: ["192.0.2.0/24", "198.51.100.7/32"] });
  });
});

describe("the network of the tests", () => {
  it("refuses what nobody expected", async () => {
    await expect(fetch(new URL("/v1/unknown", location.origin))).rejects.toThrow("nobody expected");
    const { unexpectedCalls } = await import("../testing/answers");
    expect(unexpectedCalls()).toEqual(["GET /v1/unknown"]);
  });
});
