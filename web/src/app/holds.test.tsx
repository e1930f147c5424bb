/** Preservation holds and requests for erasure: placed with a reason, on a search result after its count, released by two, decided by another. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Erasure, ErasureDetail, Hold, HoldDetail } from "../api/types";
import { answers, askedOf, problem } from "../testing/answers";
import { heading, renderPortal } from "../testing/render";
import { recording, sampleMe, summary, waveform } from "../testing/samples";

const ground = { key: "investigation", name: { ja: "捜査機関の要請", en: "Investigators" }, sentence: { ja: "要請があったとき。", en: "They ask." }, article: "7(1) proviso", article_label: "第7条第1項ただし書" };
const allowed = { allowed: true, rule: "access.permitted", article: "3(2)", article_label: "第3条第2項", sentence: { ja: "できます。", en: "May." } };
const rules = { article_label: "第7条第1項", sentence: { ja: "管理責任者が保全します。", en: "The manager holds." }, grounds: [ground, { ...ground, key: "manager-order", name: { ja: "管理責任者の判断", en: "Order" } }], two_persons: true, may_place: allowed, most_recordings: 1000 };
const hold: Hold = {
  id: "h1",
  state: "active",
  origin: "person",
  ground,
  reason: "傷害事件",
  authority: "警察署 第12号",
  placed_by: { id: "p1", display_name: "髙橋 美咲" },
  placed_at: "2026-11-21T01:00:00Z",
  recording_count: 1,
  review_on: "2026-12-01",
  review_due: false,
  may: { extend: true, ask_release: true, release: false },
};
const holdDetail: HoldDetail = { ...hold, state: "release_asked", release_asked: { person: { id: "p2", display_name: "佐藤 花子" }, at: "2026-11-22T01:00:00Z", reason: "終結した" }, may: { extend: false, ask_release: false, release: true }, recordings: [summary], not_shown: 0 };
const erasureRules = { application: "erasure", name: { ja: "消去申請", en: "Erasure" }, form: "様式第2号", sentence: { ja: "速やかに消去します。", en: "Promptly." }, article_label: "第6条第3項", refused_while: [{ key: "unresolved-case", name: { ja: "未解決の事案", en: "Unresolved" }, sentence: { ja: "解決していない間。", en: "While." }, article_label: "第6条第3項" }] };
const erasure: Erasure = {
  id: "e1",
  state: "asked",
  requester: "申出 太郎",
  identity: "運転免許証",
  basis: { application: "erasure", name: { ja: "消去申請", en: "Erasure" }, article_label: "第6条第3項" },
  reason: "私的な内容",
  applied_on: "2026-11-20",
  decide_by: "2026-12-04",
  asked_by: { id: "p2", display_name: "佐藤 花子" },
  asked_at: "2026-11-21T01:00:00Z",
  recording_count: 1,
  may: { decide: true, withdraw: true },
};
const erasureDetail: ErasureDetail = { ...erasure, recordings: [{ recording: summary, standing: "asked", other_holds: 1, against: { ...allowed, allowed: false, article: "6(3)", article_label: "第6条第3項", sentence: { ja: "未解決の間は消去できません。", en: "Not yet." } } }], rules: erasureRules };
const manager = () => sampleMe({ capabilities: [...sampleMe().capabilities, "hold.place", "hold.release", "erasure.decide"] });

function layOut() {
  answers({
    "GET /v1/departments": { items: [] },
    "GET /v1/lines": { items: [] },
    "GET /v1/recordings": { items: [summary] },
    "GET /v1/recordings/r1": { ...recording, active_holds: 1, keeping: { holds: [hold] } },
    "GET /v1/recordings/r1/waveform": waveform,
    "GET /v1/holds": { items: [hold], rules },
    "GET /v1/holds/h1": holdDetail,
    "GET /v1/erasures": { items: [erasure], rules: erasureRules },
    "GET /v1/erasures/e1": erasureDetail,
  });
}

describe("an approved erasure", () => {
  // req: O-6.3
  it("is the reason that the recording's page gives, by its own article, and no days are counted any more", async () => {
    layOut();
    answers({ "GET /v1/recordings/r1": { ...recording, state: "due", playable: false, keeping: { holds: [], due_reason: "erasure", due_article_label: "第6条第3項" } } });
    renderPortal("/recordings/r1", { me: manager() });
    expect(await screen.findByText("消去の申出が承認されたため、消去を待っています(第6条第3項)。")).toBeTruthy();
    expect(screen.queryByText(/^あと\d+日$/)).toBeNull();
  });

  // req: O-6.3
  it("leads to the certificate once the recording is gone, and nothing is said of sound that is no more", async () => {
    layOut();
    answers({
      "GET /v1/recordings/r1": { ...recording, state: "destroyed", playable: false, keeping: { holds: [], due_reason: "erasure", due_article_label: "第6条第3項" } },
      "GET /v1/certificates": { items: [{ id: "c1", recording: "r1", issued_at: "2026-11-21T00:00:00Z", reason: "erasure", article: "6(3)", article_label: "第6条第3項", policy_version: 1, call_day: "2026-11-20", note_sha256: "ab".repeat(32) }] },
    });
    renderPortal("/recordings/r1", { me: sampleMe({ capabilities: [...manager().capabilities, "report.read"] }) });
    const proof = await screen.findByRole("region", { name: "消去証明書" });
    expect(within(proof).getByRole("link").getAttribute("href")).toBe("/certificates/c1");
    expect(askedOf("GET /v1/certificates")[0]?.query.get("recording")).toBe("r1");
    expect(screen.getByText(/^消去が確定しているため.*第6条第3項/)).toBeTruthy();
    expect(screen.queryByText(/全区間の音声があります/)).toBeNull();
  });
});

describe("preservation holds", () => {
  // req: P-5, P-7
  it("say on the recording's page why it is kept, and one more is placed with reason and authority", async () => {
    layOut();
    answers({ "POST /v1/holds": () => ({ status: 201, body: hold }) });
    const { user } = renderPortal("/recordings/r1", { me: manager() });
    const panel = await screen.findByRole("region", { name: "保全と消去" });
    for (const text of ["1件の保全により、消去されません。", "第7条第1項ただし書", "傷害事件"]) expect(within(panel).getByText(text), text).toBeTruthy();
    await user.click(within(panel).getByRole("button", { name: "保全する" }));
    const dialog = await screen.findByRole("dialog", { name: "録音を保全" });
    await user.click(await within(dialog).findByRole("button", { name: "保全する" }));
    expect(within(dialog).getAllByText("入力してください")).toHaveLength(2);
    expect(within(dialog).getByText("事由を選んでください"), "no ground is taken unread").toBeTruthy();
    expect(askedOf("POST /v1/holds")).toHaveLength(0);
    await user.selectOptions(within(dialog).getByLabelText(/^事由/), "manager-order");
    await user.type(within(dialog).getByLabelText(/^理由/), "要る");
    await user.type(within(dialog).getByLabelText(/^要請・指示/), "管理責任者");
    await user.click(within(dialog).getByRole("button", { name: "保全する" }));
    await screen.findByText("保全しました。解除するまで消去されません。");
    const [asked] = askedOf("POST /v1/holds");
    expect(asked?.body).toEqual({ recordings: ["r1"], ground: "manager-order", reason: "要る", authority: "管理責任者" });
    expect(asked?.headers.get("Idempotency-Key")?.length).toBeGreaterThan(30);
  });

  // req: P-7
  it("rest on a search result only after its count was seen, and on exactly that", async () => {
    layOut();
    answers({ "GET /v1/holds/selection": { count: 2, more: false, most_recordings: 1000, held_already: 1, recordings: ["r1", "r2"] }, "POST /v1/holds": () => problem(409, "conflict", { title: "現在の状態ではできません", article: "7(1) proviso", article_label: "第7条第1項ただし書", errors: [{ field: "recordings[1]", message: "遅い" }] }) });
    const { user } = renderPortal("/recordings?number=1234&match=suffix", { me: manager() });
    await user.click(await screen.findByRole("button", { name: "検索結果を保全" }));
    const dialog = await screen.findByRole("dialog", { name: "録音を保全" });
    expect(await within(dialog).findByText("2件の録音が対象です")).toBeTruthy();
    expect(Object.fromEntries(askedOf("GET /v1/holds/selection")[0]?.query ?? [])).toEqual({ number_suffix: "1234" });
    expect(within(dialog).queryByLabelText(/^理由/)).toBeNull();
    await user.click(within(dialog).getByRole("button", { name: "この2件で進む" }));
    await user.selectOptions(within(dialog).getByLabelText(/^事由/), "investigation");
    await user.type(within(dialog).getByLabelText(/^理由/), "要る");
    await user.type(within(dialog).getByLabelText(/^要請・指示/), "警察署");
    await user.click(within(dialog).getByRole("button", { name: "2件を保全する" }));
    expect((await within(dialog).findByRole("alert")).textContent).toContain("第7条第1項ただし書");
    expect(within(dialog).getByText(/^1件はすでに消去が確定しているため/)).toBeTruthy();
    expect(askedOf("POST /v1/holds")[0]?.body).toMatchObject({ recordings: ["r1", "r2"] });
  });

  it("are not offered to those who may not place them", async () => {
    layOut();
    renderPortal("/recordings", { me: sampleMe() });
    await heading("録音を探す");
    expect(screen.queryByRole("button", { name: "検索結果を保全" })).toBeNull();
  });

  // req: P-5, P-7
  it("are listed by how they stand, kept on, and released by another than who asked", async () => {
    layOut();
    answers({ "POST /v1/holds/h1/release": { ...hold, state: "released" }, "POST /v1/holds/h1/ask-release": { ...hold, state: "release_asked" } });
    const { user, router } = renderPortal("/holds", { me: manager() });
    await heading("保全");
    const row = (await screen.findByRole("link", { name: "捜査機関の要請" })).closest("tr") as HTMLElement;
    expect(within(row).getByText("12月1日(火)")).toBeTruthy();
    expect(askedOf("GET /v1/holds")[0]?.query.get("standing")).toBe("active");
    await user.click(within(row).getByRole("button", { name: "捜査機関の要請の保全の解除を申請" }));
    await user.type(screen.getByLabelText(/^解除してよい理由/), "終結");
    await user.click(screen.getByRole("button", { name: "申請する" }));
    await waitFor(() => expect(askedOf("POST /v1/holds/h1/ask-release")[0]?.body).toEqual({ reason: "終結" }));
    await user.click(await screen.findByRole("radio", { name: "見直し時期" }));
    await waitFor(() => expect(router.state.location.searchStr).toBe("?standing=review_due"));
    await user.click(await screen.findByRole("link", { name: "捜査機関の要請" }));
    await heading("保全: 捜査機関の要請");
    await user.click(screen.getByRole("button", { name: "捜査機関の要請の保全を解除" }));
    const dialog = screen.getByRole("dialog", { name: "保全を解除しますか" });
    expect(within(dialog).getByText("佐藤 花子 が解除を申請しています")).toBeTruthy();
    await user.type(within(dialog).getByLabelText(/^解除の理由/), "確認した");
    await user.click(within(dialog).getByRole("button", { name: "解除する" }));
    await waitFor(() => expect(askedOf("POST /v1/holds/h1/release")[0]?.body).toEqual({ reason: "確認した" }));
  });
});

describe("requests for erasure", () => {
  // req: O-6.3
  it("are entered on the recording's page, on the form of the rules", async () => {
    layOut();
    answers({ "GET /v1/erasures": { items: [], rules: erasureRules }, "POST /v1/erasures": () => ({ status: 201, body: erasure }) });
    const { user } = renderPortal("/recordings/r1", { me: manager() });
    await user.click(await screen.findByRole("button", { name: "消去の申出を登録" }));
    const dialog = screen.getByRole("dialog", { name: "消去の申出の登録" });
    expect(within(dialog).getByText(/様式第2号/)).toBeTruthy();
    await user.type(within(dialog).getByLabelText(/^申出者/), "申出 太郎");
    await user.type(within(dialog).getByLabelText(/^本人確認/), "運転免許証");
    await user.type(within(dialog).getByLabelText(/^申出の理由/), "私的な内容");
    await user.click(within(dialog).getByRole("button", { name: "登録する" }));
    await screen.findByText("消去の申出を登録しました");
    expect(askedOf("POST /v1/erasures")[0]?.body).toMatchObject({ recordings: ["r1"], application: "erasure", requester: "申出 太郎", identity: "運転免許証", reason: "私的な内容" });
  });

  // req: O-6.3
  it("show what stands against them, and are refused on a ground of the rules", async () => {
    layOut();
    answers({ "POST /v1/erasures/e1/refuse": { ...erasure, state: "refused" } });
    const { user } = renderPortal("/erasures", { me: manager() });
    await user.click(await screen.findByRole("link", { name: "申出 太郎" }));
    await heading("消去の申出: 申出 太郎");
    expect(screen.getByText(/未解決の間は消去できません。/)).toBeTruthy();
    expect(screen.getByText("令和8年(2026年)12月4日(金)")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "拒否" }));
    const dialog = screen.getByRole("dialog", { name: "消去を拒否しますか" });
    await user.selectOptions(within(dialog).getByLabelText(/^規程の定める事由/), "unresolved-case");
    await user.type(within(dialog).getByLabelText(/^決定の理由/), "まだ要る");
    await user.click(within(dialog).getByRole("button", { name: "拒否する" }));
    await waitFor(() => expect(askedOf("POST /v1/erasures/e1/refuse")[0]?.body).toEqual({ reason: "まだ要る", ground: "unresolved-case" }));
  });
});
