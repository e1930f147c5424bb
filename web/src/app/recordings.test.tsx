import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { answers, askedOf, problem } from "../testing/answers";
import { heading, renderPortal } from "../testing/render";
import { recording, sampleMe, summary, waveform } from "../testing/samples";

beforeEach(() => {
  answers({
    "GET /v1/departments": { items: [{ id: "general", name: { ja: "総務課", en: "General Affairs" } }] },
    "GET /v1/lines": { items: [{ key: "main", name: { ja: "代表電話", en: "Main" }, source: "policy" }] },
    "GET /v1/recordings": { items: [summary], next_cursor: "c2" },
    "GET /v1/recordings/r1": recording,
    "GET /v1/recordings/r1/waveform": waveform,
    "GET /v1/erasures": { items: [], rules: { article_label: "第5条第2項", refused_while: [] } },
  });
});

describe("searching recordings", () => {
  // req: P-5
  it("reads the search from the address and asks the API for it", async () => {
    renderPortal("/recordings?range=custom&from=2026-11-21&to=2026-11-21&number=1234&match=suffix&department=general&min=60", { me: sampleMe() });
    await heading("録音を探す");
    await screen.findByRole("link", { name: /05:30:05/ });
    const query = askedOf("GET /v1/recordings")[0]?.query;
    expect(Object.fromEntries(query ?? [])).toEqual({ from: "2026-11-20T15:00:00.000Z", to: "2026-11-21T15:00:00.000Z", number_suffix: "1234", department: "general", min_seconds: "60", limit: "50" });
    expect((screen.getByLabelText("電話番号") as HTMLInputElement).value).toBe("1234");
    expect((screen.getByLabelText("番号の一致") as HTMLSelectElement).value).toBe("suffix");
    expect(within(screen.getByRole("list", { name: "検索条件" })).getByText("部署 総務課")).toBeTruthy();
  });

  // req: P-5
  it("writes what is typed into the address", async () => {
    const { user, router } = renderPortal("/recordings", { me: sampleMe() });
    await user.type(await screen.findByLabelText("電話番号"), "090-0000-1234");
    await user.click(screen.getByRole("button", { name: "検索" }));
    await waitFor(() => expect(router.state.location.searchStr).toBe("?number=09000001234"));
    await user.click(screen.getByRole("radio", { name: "7日間" }));
    await waitFor(() => expect(router.state.location.searchStr).toBe("?range=7d&number=09000001234"));
    await user.click(screen.getByRole("button", { name: /条件「電話番号/ }));
    await waitFor(() => expect(router.state.location.searchStr).toBe("?range=7d"));
  });

  it("shows a row with what a clerk must know, under its day in both calendars", async () => {
    renderPortal("/recordings", { me: sampleMe() });
    const table = await screen.findByRole("table", { name: "録音の検索結果" });
    expect(within(table).getByRole("rowheader", { name: "令和8年(2026年)11月21日(土)" })).toBeTruthy();
    for (const text of ["090-0000-1234", "欠落2", "回線未確認", "12月21日(月)"]) expect(within(table).getByText(text), text).toBeTruthy();
  });

  it("reads on with the cursor it was given", async () => {
    const { user } = renderPortal("/recordings", { me: sampleMe() });
    const more = await screen.findByRole("button", { name: "さらに表示" });
    answers({ "GET /v1/recordings": { items: [{ ...summary, id: "r2", started_at: "2026-11-20T01:00:00Z" }] } });
    await user.click(more);
    await screen.findByRole("link", { name: /10:00:00/ });
    expect(askedOf("GET /v1/recordings").at(-1)?.query.get("cursor")).toBe("c2");
    expect(screen.getByText("2件")).toBeTruthy();
  });

  it("says so when nothing is found, and when the server refuses", async () => {
    answers({ "GET /v1/recordings": { items: [] } });
    renderPortal("/recordings?q=zzz", { me: sampleMe() });
    await screen.findByText("条件に合う録音はありません");
  });

  it("shows a refusal with its article", async () => {
    answers({ "GET /v1/recordings": () => problem(403, "not-permitted", { title: "この操作は認められていません", article: "6", article_label: "第6条" }) });
    renderPortal("/recordings", { me: sampleMe() });
    expect((await screen.findByRole("alert")).textContent).toContain("第6条");
  });
});

describe("one recording", () => {
  it("shows retention, gaps, integrity and doubts in words", async () => {
    renderPortal("/recordings/r1", { me: sampleMe() });
    await heading("令和8年(2026年)11月21日(土) 05:30");
    for (const text of ["回線を確かめられません。", "通信中の損失", "ab".repeat(32), "第5条第2項", "封印済み"]) expect(screen.getAllByText(text).length, text).toBeGreaterThan(0);
    expect(screen.getByText("令和8年(2026年)12月21日(月)")).toBeTruthy();
  });

  // req: P-5
  it("moves focus to the heading after navigation", async () => {
    const { user } = renderPortal("/recordings", { me: sampleMe() });
    await user.click(await screen.findByRole("link", { name: /05:30:05/ }));
    const title = await heading(/05:30/);
    await waitFor(() => expect(document.activeElement).toBe(title));
    expect(document.title).toContain("令和8年");
  });
});
