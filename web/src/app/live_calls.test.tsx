/** Live calls: a recording is started in two clicks, after the other party was told; pauses have a reason. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { LiveCall } from "../api/types";
import { answers, askedOf } from "../testing/answers";
import { renderPortal } from "../testing/render";
import { announcement, recording, sampleMe, summary } from "../testing/samples";

const owed = { article: "4", article_label: "第4条", sentence: { ja: "前もって相手に伝えます。", en: "Tell first." } };
const allowed = { allowed: true, rule: "capture_order.permitted", article: "2", article_label: "第2条", sentence: { ja: "できます。", en: "May." } };
const danger = { key: "danger", name: { ja: "危害のおそれ", en: "Danger" }, sentence: { ja: "危害が及ぶおそれ。", en: "Danger." }, article: "4 item 1", article_label: "第4条第1号" };
const waiting: LiveCall = {
  recording_id: "r1",
  call_id: "c1",
  started_at: new Date(Date.now() - 30_000).toISOString(),
  direction: "inbound",
  caller: { number: "09000001234" },
  called: { number: "0125000100" },
  line: summary.line,
  department: summary.department,
  start: "on_demand",
  capture: "waiting",
  orders: [],
  announcement: { ...announcement, status: "not_noted", by: "nobody", owed },
  may_order: allowed,
};
const placed = { id: "o1", order: "start", person: { id: "p1", display_name: "髙橋 美咲" }, placed_at: waiting.started_at, state: "placed" };

describe("live calls", () => {
  // req: TK-4
  it("starts a recording in two clicks and notes with it that the other party was told", async () => {
    answers({ "GET /v1/live-calls": { items: [waiting], on_demand: true, exceptions: [danger] }, "POST /v1/recordings/r1/orders": () => ({ status: 202, body: placed }) });
    const { user } = renderPortal("/live", { me: sampleMe() });
    expect(await screen.findByText("通話中 1件 (開始待ち 1件)")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "録音を開始" }));
    const dialog = screen.getByRole("dialog", { name: "相手に録音することを伝えましたか" });
    expect(within(dialog).getByText("第4条")).toBeTruthy();
    await user.click(within(dialog).getByRole("button", { name: "告知したので録音を開始" }));
    await waitFor(() => expect(askedOf("POST /v1/recordings/r1/orders")).toHaveLength(1));
    expect(askedOf("POST /v1/recordings/r1/orders")[0]?.body).toEqual({ order: "start", announcement: { status: "told_beforehand" } });
  });

  // req: TK-4
  it("starts on one of the exceptions, by its key", async () => {
    answers({ "GET /v1/live-calls": { items: [waiting], on_demand: true, exceptions: [danger] }, "POST /v1/recordings/r1/orders": () => ({ status: 202, body: placed }) });
    const { user } = renderPortal("/live", { me: sampleMe() });
    await user.click(await screen.findByRole("button", { name: "録音を開始" }));
    await user.click(screen.getByRole("button", { name: "危害のおそれ" }));
    await waitFor(() => expect(askedOf("POST /v1/recordings/r1/orders")[0]?.body).toEqual({ order: "start", announcement: { status: "exception", exception: "danger" } }));
  });

  // req: TK-4
  it("asks for a reason before a pause, and shows no button where the rules give none", async () => {
    const running: LiveCall = { ...waiting, capture: "running", announcement };
    const automatic: LiveCall = { ...running, recording_id: "r2", start: "automatic", may_order: { ...allowed, allowed: false } };
    answers({ "GET /v1/live-calls": { items: [running, automatic], on_demand: true, exceptions: [] }, "POST /v1/recordings/r1/orders": () => ({ status: 202, body: { ...placed, order: "pause" } }) });
    const { user } = renderPortal("/live", { me: sampleMe() });
    await user.click(await screen.findByRole("button", { name: "一時停止" }));
    await user.click(screen.getByRole("button", { name: "相手から求められた" }));
    await waitFor(() => expect(askedOf("POST /v1/recordings/r1/orders")[0]?.body).toEqual({ order: "pause", reason: "asked_by_party" }));
  });

  // req: TK-4
  it("says on a recording's page whether the other party was told, by whom, and what was ordered", async () => {
    const noted = { ...announcement, status: "exception", by: "person", exception: danger, noted_by: { id: "p2", display_name: "佐藤 花子" }, noted_at: "2026-11-20T20:30:00Z" };
    const orders = [{ ...placed, order: "pause", reason: "secret_told", state: "done" }];
    answers({ "GET /v1/erasures": { items: [], rules: { article_label: "第5条第2項", refused_while: [] } }, "GET /v1/recordings/r1": { ...recording, announcement: noted, orders, start: "on_demand" }, "GET /v1/recordings/r1/waveform": { duration_seconds: 1, channels: [] } });
    renderPortal("/recordings/r1", { me: sampleMe() });
    const panel = await screen.findByRole("region", { name: "録音の告知" });
    for (const text of [/告知の例外 \(危害のおそれ\)/, "第4条第1号", "佐藤 花子", /一時停止 \(暗証番号/]) expect(within(panel).getAllByText(text).length, String(text)).toBeGreaterThan(0);
  });
});
