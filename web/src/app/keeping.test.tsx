/** What is kept, what will be erased, what was erased and by whose word: in words a clerk reads. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { civil } from "../i18n/civil_time";
import { answers, askedOf, problem } from "../testing/answers";
import { renderPortal } from "../testing/render";
import { sampleMe } from "../testing/samples";

const me = (...more: string[]) => sampleMe({ capabilities: ["policy.read", "report.read", ...more] });
const article = { article: "6(1)", article_label: "第6条第1項" };
const rule = {
  kind: "call_audio",
  ...article,
  sentence: { ja: "6か月と6か月保存します。", en: "Six and six." },
  minimum: { ja: "12か月", en: "12 months" },
  maximum: { ja: "12か月", en: "12 months" },
  todays_last_day: "2027-11-20",
  tiers: [
    { tier: "primary", keep: { ja: "6か月", en: "6 months" }, place: { ja: "録音装置", en: "Recorder" } },
    { tier: "secondary", keep: { ja: "6か月", en: "6 months" }, place: { ja: "別の媒体", en: "Second" } },
  ],
  kept: { primary: 1_204, secondary: 98, held: 4, due: 2, oldest_started_at: "2025-11-20T01:00:00Z", months: [{ month: "2026-12", recordings: 12 }], without_date: 0 },
};
const example = { recording: "r1", started_at: "2025-11-20T01:00:00Z", keep_until: "2026-11-20T15:00:00Z", ...article, reason: "expired", active_holds: 0 };
const today = civil(Date.now()).day;
const forecast = { day: today, recordings: 1_204, counts: [{ reason: "expired", ...article, sentence: rule.sentence, recordings: 1_204 }], examples: [example], held: 1, held_examples: [{ ...example, recording: "r2", reason: undefined, active_holds: 2 }], usual_limit: 1_000 };
const certificate = { id: "c1", recording: "r1", issued_at: "2026-11-21T00:00:00Z", reason: "expired", ...article, policy_version: 3, call_day: "2025-11-20", note_sha256: "ab".repeat(32) };
const sentence = (ja: string) => ({ ja, en: ja });
const body = {
  rule: rule.sentence,
  times: { due: "2026-11-20T15:00:00Z", committed: "2026-11-20T23:59:00Z", keys_erased: "2026-11-20T23:59:01Z", media_erased: "2026-11-20T23:59:02Z", spools_cleared: "2026-11-20T23:59:30Z", checked: "2026-11-21T00:00:00Z" },
  erased: [{ bucket: "keys", key: "aozora/019a/r1/key", version: "v1", bytes: 184 }],
  post_check: { key_versions: 0, media_versions: 0, unwrap_possible: false },
  elsewhere: { spool: sentence("封印時に消去"), caches: sentence("破棄"), derived: sentence("含む"), copies: sentence("なし") },
  kept: [{ what: sentence("通話履歴"), until: "2028-11-20T15:00:00Z" }],
};
const job = { id: "j1", kind: "sweep", name: { ja: "期限切れの確認", en: "Sweep" }, state: "stopped", next_at: "2026-11-21T00:00:00Z", done: 0, figures: { planned: 2_410, limit: 1_000, wanted: 2_410 }, failures: 0 };
const health = { at: "2026-11-21T00:00:00Z", keys: "available", tiers: [{ tier: "primary", recordings: 3, octets: 1_536 }], kept: 3, held: 0, quarantined: 0, late: 0, read_within_28_days: 3, jobs: [{ ...job, kind: "scrub", state: "resting", ended_at: "2026-11-20T00:00:00Z" }] };

describe("what is kept", () => {
  // req: O-6.1
  it("says until when a call of today is kept, where it lies until then, and on which article", async () => {
    answers({ "GET /v1/retention": { effective_from: "2026-04-01", rules: [rule] } });
    renderPortal("/retention", { me: me() });
    const card = await screen.findByRole("region", { name: /通話の録音/ });
    expect(within(card).getByText("令和9年(2027年)11月20日(土)")).toBeTruthy();
    expect(within(card).getByText("第6条第1項")).toBeTruthy();
    const way = within(card).getByRole("list", { name: "保存の流れ" });
    expect(within(way).getAllByRole("listitem").map((item) => item.textContent)).toEqual(["一次保存6か月録音装置", "二次保存6か月別の媒体", "消去"]);
    for (const text of ["1,204件", "98件", "4件", "2件"]) expect(within(card).getByText(text), text).toBeTruthy();
    expect(within(card).getByText("令和8年(2026年)12月")).toBeTruthy();
  });

  // req: TK-7.1
  it("says that capacity decides where it does", async () => {
    answers({ "GET /v1/retention": { effective_from: "2026-04-01", rules: [{ ...rule, maximum: null, todays_last_day: null, tiers: [], capacity: { ...article, gibibytes: 500, gives_way_at_percent: 95 } }] } });
    renderPortal("/retention", { me: me() });
    expect(await screen.findByText(/500 GiB の 95% に達すると/)).toBeTruthy();
  });

  it("shows what will be erased only to those who read reports", async () => {
    answers({ "GET /v1/retention": { effective_from: "2026-04-01", rules: [] } });
    renderPortal("/retention?tab=forecast", { me: sampleMe({ capabilities: ["policy.read"] }) });
    expect(await screen.findByRole("tab", { name: "保存期間" })).toBeTruthy();
    expect(screen.queryByRole("tab", { name: "消去予定" })).toBeNull();
    expect(askedOf("GET /v1/deletion-forecast")).toEqual([]);
  });
});

describe("what will be erased", () => {
  it("is counted by article for tonight, with samples, and with what is spared because it is held", async () => {
    answers({ "GET /v1/deletion-forecast": forecast });
    const { user } = renderPortal("/retention?tab=forecast", { me: me() });
    const table = await screen.findByRole("table", { name: "条項ごとの件数" });
    for (const text of ["第6条第1項", "保存期間の満了", "1,204"]) expect(within(table).getByText(text), text).toBeTruthy();
    expect(screen.getByText(/ほかに 1件は、保全しているため消去しません/)).toBeTruthy();
    expect(within(screen.getByRole("table", { name: "保全がなければ消去されていたもの" })).getByText("保全 2件")).toBeTruthy();
    expect(screen.getByText("いつもより大幅に多いため、自動では消去しません")).toBeTruthy();
    expect(askedOf("GET /v1/deletion-forecast")[0]?.query.get("day")).toBe(today);
    await user.click(screen.getByRole("radio", { name: "明日" }));
    await waitFor(() => expect(askedOf("GET /v1/deletion-forecast").at(-1)?.query.get("day")).not.toBe(today));
  });
});

describe("certificates", () => {
  it("are listed by the days on which they were issued in Japan", async () => {
    answers({ "GET /v1/certificates": { items: [certificate] } });
    renderPortal("/retention?tab=certificates&from=2026-11-01&to=2026-11-21", { me: me() });
    const link = await screen.findByRole("link", { name: /令和8年\(2026年\)11月21日/ });
    expect(link.getAttribute("href")).toBe("/certificates/c1");
    const { query } = askedOf("GET /v1/certificates")[0] ?? {};
    expect([query?.get("from"), query?.get("to")]).toEqual(["2026-10-31T15:00:00.000Z", "2026-11-21T15:00:00.000Z"]);
  });

  it("say what, why, when, what was erased, what the check found and what is kept, and show the signed text", async () => {
    answers({ "GET /v1/certificates/c1": { ...certificate, body, note: "rokuon erasure certificate 1\n{}\n\n— rokuon AbC=\n" } });
    renderPortal("/certificates/c1", { me: me() });
    expect(await screen.findByText("次の録音は消去され、復元できないことを確認しました。")).toBeTruthy();
    for (const text of ["保管場所に残る版: 0件", "鍵がないため復号できません"]) expect(screen.getByText(text), text).toBeTruthy();
    expect(screen.getByText(/一時保管とその控えにも残っていないことの確認/).textContent).toContain("08:59:30");
    expect(screen.getByText(/通話履歴/).textContent).toContain("令和10年(2028年)11月20日");
    expect(within(screen.getByRole("table", { name: "消去したもの (1件)" })).getByText("aozora/019a/r1/key")).toBeTruthy();
    expect(screen.getByText(/^rokuon erasure certificate 1/).textContent).toContain("— rokuon AbC=");
    expect(screen.getByRole("link", { name: "この録音の通話を見る" }).getAttribute("href")).toBe("/recordings/r1");
  });
});

describe("the store", () => {
  it("stops for a person where far more than usual would go: the number is typed, the reason written down", async () => {
    answers({ "GET /v1/storage-health": health, "GET /v1/jobs": { items: [job] }, "POST /v1/jobs/j1/release": () => ({ status: 204 }) });
    const { user } = renderPortal("/storage", { me: me("erasure.decide") });
    await user.click(await screen.findByRole("button", { name: "確認して解除" }));
    const dialog = screen.getByRole("dialog", { name: "期限切れの確認を解除する" });
    await user.click(within(dialog).getByRole("button", { name: "確認して解除" }));
    expect(within(dialog).getByText("1以上の件数を入力してください")).toBeTruthy();
    expect(within(dialog).getByText("理由を入力してください")).toBeTruthy();
    await user.type(within(dialog).getByLabelText(/^今日消去してよい件数/), "2410");
    await user.type(within(dialog).getByLabelText(/^多い理由/), "改正の施行日");
    await user.click(within(dialog).getByRole("button", { name: "確認して解除" }));
    await waitFor(() => expect(askedOf("POST /v1/jobs/j1/release")[0]?.body).toEqual({ up_to: 2410, reason: "改正の施行日" }));
  });

  it("leaves the word to those who may decide", async () => {
    answers({ "GET /v1/storage-health": health, "GET /v1/jobs": { items: [job] } });
    renderPortal("/storage", { me: me() });
    expect(await screen.findByText("権限を持つ人の確認が必要です。")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "確認して解除" })).toBeNull();
  });

  it("says how many destructions wait for a spool", async () => {
    const destroy = { ...job, id: "j2", kind: "destroy", name: { ja: "消去の実行", en: "Destroy" }, state: "resting", done: 7, figures: { left_in_store: 0, waits_for_spool: 2 } };
    answers({ "GET /v1/storage-health": health, "GET /v1/jobs": { items: [destroy] } });
    renderPortal("/storage", { me: me() });
    expect(await screen.findByText("一時保管の確認待ち(消去済み) 2")).toBeTruthy();
  });

  // req: P-3
  it("says that the tenant is dark when its key was withdrawn, and that nothing is lost", async () => {
    answers({ "GET /v1/storage-health": { ...health, keys: "dark" }, "GET /v1/jobs": { items: [] } });
    renderPortal("/storage", { me: me() });
    expect(await screen.findByText("鍵が無効になっています。録音を聴くことができません。")).toBeTruthy();
    expect(screen.getByText(/消えた録音はありません/)).toBeTruthy();
  });

  it("does not call sound what it could not open or has not read", async () => {
    answers({ "GET /v1/storage-health": { ...health, keys: "broken", read_within_28_days: 0 }, "GET /v1/jobs": { items: [] } });
    renderPortal("/storage", { me: me() });
    expect(await screen.findByText("最も新しい録音を、いまの鍵で開けません。")).toBeTruthy();
    expect(screen.queryByText("壊れたものはありません")).toBeNull();
  });

  // req: TK-7.1
  it("shows how full the store is and where the oldest gives way", async () => {
    const capacity = { used_octets: 96 * 2 ** 30, capacity_octets: 100 * 2 ** 30, threshold_octets: 95 * 2 ** 30, gives_way_at_percent: 95, would_give_way: 12 };
    answers({ "GET /v1/storage-health": { ...health, capacity }, "GET /v1/jobs": { items: [] } });
    renderPortal("/storage", { me: me() });
    const meter = await screen.findByRole("meter", { name: "容量の使用率" });
    expect(meter.getAttribute("aria-valuenow")).toBe("96");
    expect(screen.getByText("100 GiB のうち 96 GiB")).toBeTruthy();
    expect(screen.getByText(/95% に達しています.*いま 12件が対象です/)).toBeTruthy();
  });

  it("says nothing good of checks that have not run", async () => {
    answers({ "GET /v1/storage-health": { ...health, late: 3, jobs: [] }, "GET /v1/jobs": { items: [] } });
    renderPortal("/storage", { me: me() });
    const checks = await screen.findByRole("region", { name: "点検" });
    expect(within(checks).getAllByText("まだ行っていません")).toHaveLength(2);
    expect(within(checks).getByText("消去が遅れているものが 3件あります")).toBeTruthy();
  });
});

describe("amendments", () => {
  const amendment = { id: "a1", state: "proposed", effective_from: "2027-01-01", shortens: true, reason: "審議会の答申", toml: "", proposed_by: { id: "someone-else", display_name: "山﨑 健一" }, proposed_at: "2026-11-20T00:00:00Z" };
  const preview = { effective_from: "2027-01-01", day: "2027-01-01", shortened: ["call_audio"], earliest_day: "2026-11-29", looked_at: 1_302, complete: true, destroyed_before: 10, destroyed_after: 310, more: 300, fewer: 0, examples: [example] };

  it("are tried before they can be proposed", async () => {
    answers({ "GET /v1/policy-amendments": { items: [] }, "POST /v1/policy-amendments/preview": preview, "POST /v1/policy-amendments": () => ({ status: 201, body: amendment }) });
    const { user } = renderPortal("/retention?tab=amendments", { me: me("policy.propose") });
    await user.type(await screen.findByLabelText(/^改正後の規程/), "x = 1");
    expect(screen.queryByRole("button", { name: "この改正を提案する" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "何が変わるかを見る" }));
    expect(await screen.findByText(/新たに 300件が消去され/)).toBeTruthy();
    expect(screen.getByText(/7日の間を置く/)).toBeTruthy();
    await user.type(screen.getByLabelText(/^改正の理由/), "答申");
    await user.click(screen.getByRole("button", { name: "この改正を提案する" }));
    await waitFor(() => expect(askedOf("POST /v1/policy-amendments")[0]?.body).toEqual({ toml: "x = 1", reason: "答申" }));
  });

  it("with mistakes are shown each mistake, and cannot be proposed", async () => {
    answers({ "GET /v1/policy-amendments": { items: [] }, "POST /v1/policy-amendments/preview": () => problem(422, "invalid-fields", { errors: [{ field: "toml", message: "3:1 retention: 期間がありません" }, { field: "toml", message: "9:1 holds: 条項がありません" }] }) });
    const { user } = renderPortal("/retention?tab=amendments", { me: me("policy.propose") });
    await user.type(await screen.findByLabelText(/^改正後の規程/), "x");
    await user.click(screen.getByRole("button", { name: "何が変わるかを見る" }));
    expect(within(await screen.findByRole("alert")).getAllByRole("listitem").map((one) => one.textContent)).toEqual(["3:1 retention: 期間がありません", "9:1 holds: 条項がありません"]);
    expect(screen.queryByRole("button", { name: "この改正を提案する" })).toBeNull();
  });

  it("are approved by another person than the proposer", async () => {
    const own = { ...amendment, id: "a2", reason: "自分の提案", proposed_by: { id: me().person.id, display_name: "本人" } };
    answers({ "GET /v1/policy-amendments": { items: [amendment, own] }, "POST /v1/policy-amendments/preview": preview, "POST /v1/policy-amendments/a1/approve": () => ({ status: 204 }) });
    const { user } = renderPortal("/retention?tab=amendments", { me: me("policy.approve") });
    await screen.findByText("自分の提案");
    expect(screen.getByText("承認は、提案した人とは別の人が行います。")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "承認する" }));
    const dialog = screen.getByRole("dialog", { name: "改正を承認する" });
    expect(within(dialog).getByText(/消去した録音は元に戻せません/)).toBeTruthy();
    expect(await within(dialog).findByText(/新たに 300件が消去され/)).toBeTruthy();
    expect(askedOf("POST /v1/policy-amendments/preview")[0]?.body).toEqual({ toml: amendment.toml });
    await user.click(within(dialog).getByRole("button", { name: "承認する" }));
    await waitFor(() => expect(askedOf("POST /v1/policy-amendments/a1/approve")).toHaveLength(1));
  });
});
