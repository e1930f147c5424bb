/** Whether what ought to be there is there: coverage in words, alarms that are taken up, call records that are uploaded. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { answers, askedOf } from "../testing/answers";
import { renderPortal } from "../testing/render";
import { sampleMe } from "../testing/samples";

const me = () => sampleMe({ capabilities: ["report.read", "connection.read", "connection.manage", "calendar.manage", "call.search"] });
const down = { from: "2026-11-20T01:00:00Z", until: "2026-11-20T01:19:00Z", seconds: 1140, cause: "worker_down", sentence: { ja: "録音装置が動いていませんでした。", en: "Down." } };
const day = { day: "2026-11-20", source: "policy", hours: [{ from: "2026-11-19T23:00:00Z", until: "2026-11-20T11:00:00Z" }], owed_seconds: 43_200, missing_seconds: 1140, percent: 97.36, gaps: [down] };
const coverage = { from: "2026-11-01", to: "2026-11-30", article: "5(1)", article_label: "第5条第1項", sentence: { ja: "すべて録音します。", en: "All." }, owed_seconds: 43_200, missing_seconds: 1140, percent: 97.36, days: [day], connections: [], untaken: [] };
const alarm = { id: "a1", kind: "worker_silent", name: { ja: "録音装置が応答しません", en: "Silent" }, advice: { ja: "確認してください。", en: "Check." }, opened_at: "2026-11-21T00:00:00Z" };

describe("coverage", () => {
  // req: T-5.1
  it("says in words how much is covered, and lists every gap with its cause", async () => {
    answers({ "GET /v1/coverage": coverage });
    renderPortal("/coverage?month=2026-11", { me: me() });
    expect(await screen.findByText(/運用時間 12時間0分 のうち 19分 は録音が動いていませんでした/)).toBeTruthy();
    const gaps = screen.getByRole("table", { name: "録音が動いていなかった時間 (1件)" });
    for (const text of ["録音装置の停止", "19分", "すべて"]) expect(within(gaps).getByText(text), text).toBeTruthy();
    expect(screen.getAllByText("第5条第1項").length).toBeGreaterThan(0);
    expect(screen.getByRole("link", { name: "CSV" }).getAttribute("href")).toBe("/v1/coverage/csv?from=2026-11-01&to=2026-11-30");
    expect(Object.fromEntries(askedOf("GET /v1/coverage")[0]?.query ?? [])).toEqual({ from: "2026-11-01", to: "2026-11-30" });
  });

  // req: T-5.1
  it("enters a special day with its reason, and leaves the hours of the rules alone", async () => {
    const calendar = { source: "policy", article: "5(1)", article_label: "第5条第1項", sentence: { ja: "すべて録音します。", en: "All." }, hours: [{ days: ["mon", "tue"], from: "08:00", until: "20:00" }], holidays_closed: false, special_days: [], days: [{ day: "2026-11-01", source: "policy", hours: [] }] };
    answers({ "GET /v1/operating-calendar": calendar, "POST /v1/operating-calendar/special-days": { day: "2026-11-25", note: "停電" } });
    const { user } = renderPortal("/coverage?month=2026-11&tab=calendar", { me: me() });
    expect(await screen.findByText(/この時間は規程の定めです/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "時間を変更" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "特別な日を追加" }));
    const dialog = screen.getByRole("dialog", { name: "特別な日を追加" });
    await user.click(within(dialog).getByRole("button", { name: "保存" }));
    expect(within(dialog).getByText("理由を入力してください")).toBeTruthy();
    await user.type(within(dialog).getByLabelText(/^理由/), "停電");
    await user.click(within(dialog).getByRole("button", { name: "保存" }));
    await waitFor(() => expect(askedOf("POST /v1/operating-calendar/special-days")[0]?.body).toEqual({ day: "2026-11-01", note: "停電" }));
  });
});

describe("alarms", () => {
  // req: T-5.1
  it("stands over every page until somebody takes it up", async () => {
    answers({ "GET /v1/alarms": { items: [alarm], open: 1 }, "GET /v1/coverage": coverage });
    renderPortal("/coverage?month=2026-11", { me: me() });
    const banner = await screen.findByRole("complementary", { name: "警報" });
    expect(within(banner).getByText("録音装置が応答しません")).toBeTruthy();
    expect(within(banner).getByRole("link", { name: "警報を見る" }).getAttribute("href")).toBe("/alarms");
  });

  // req: T-5.1
  it("is taken up with a note", async () => {
    answers({ "GET /v1/alarms": { items: [alarm], open: 1 }, "GET /v1/workers": { items: [] }, "GET /v1/connections": { items: [] }, "GET /v1/connection-watches": { items: [] }, "POST /v1/alarms/a1/acknowledge": () => ({ status: 204 }) });
    const { user } = renderPortal("/alarms", { me: me() });
    await user.click(await screen.findByRole("button", { name: "対応を記録" }));
    const dialog = screen.getByRole("dialog", { name: "録音装置が応答しません" });
    await user.type(within(dialog).getByLabelText(/^対応の内容/), "業者に連絡");
    await user.click(within(dialog).getByRole("button", { name: "対応を記録" }));
    await waitFor(() => expect(askedOf("POST /v1/alarms/a1/acknowledge")[0]?.body).toEqual({ note: "業者に連絡" }));
  });
});

describe("expected calls", () => {
  // req: T-5.1
  it("uploads a file as it is and says which lines were kept out", async () => {
    const list = { from: "2026-11-15", to: "2026-11-21", counts: [{ verdict: "unexplained", count: 1 }], items: [{ id: "e1", started_at: "2026-11-20T01:00:00Z", caller: "09000000011", called: "…5050", verdict: "unexplained" }], files: [], presets: [] };
    const uploaded = { id: "f1", name: "cdr.csv", encoding: "shift_jis", lines: 3, added: 1, bad: 1, bad_lines: [{ line: 4, field: "started_at", message: { ja: "開始日時を読み取れません", en: "No." } }], uploaded_by: { id: "p1", display_name: "髙橋 美咲" }, uploaded_at: "2026-11-21T00:00:00Z" };
    answers({ "GET /v1/expected-calls": list, "POST /v1/expected-calls": () => ({ status: 201, body: uploaded }) });
    const { user } = renderPortal("/expected-calls", { me: me() });
    const table = await screen.findByRole("table", { name: "録音が見つからない通話" });
    expect(within(table).getByText(/原因が分かりません/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "取り込む" }));
    expect(screen.getByText("ファイルを選んでください")).toBeTruthy();
    await user.upload(screen.getByLabelText("ファイル"), new File([new Uint8Array([0x93, 0xfa, 0x0a])], "cdr.csv", { type: "text/csv" }));
    await user.click(screen.getByRole("button", { name: "取り込む" }));
    expect(await screen.findByText("4行目 開始日時: 開始日時を読み取れません")).toBeTruthy();
    expect(askedOf("POST /v1/expected-calls")[0]?.body).toEqual({ name: "cdr.csv", content_base64: "k/oK" });
  });
});
