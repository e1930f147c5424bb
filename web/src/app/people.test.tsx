import { screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { answers, askedOf, problem } from "../testing/answers";
import { renderPortal } from "../testing/render";
import { person, posts, sampleMe } from "../testing/samples";

beforeEach(() => {
  answers({ "GET /v1/people": { items: [person] }, "GET /v1/posts": { items: posts }, "GET /v1/departments": { items: [] } });
});

describe("people and posts", () => {
  // req: O-3
  it("issues an ID and shows the initial password once", async () => {
    answers({ "POST /v1/people": () => ({ status: 201, body: { person: { ...person, id: "p3", login_id: "b1", display_name: "加藤 春香" }, initial_password: "first-words-7" } }) });
    const { user } = renderPortal("/people", { me: sampleMe() });
    await user.click(await screen.findByRole("button", { name: "IDを交付" }));
    const dialog = screen.getByRole("dialog", { name: "IDの交付" });
    await user.click(within(dialog).getByRole("button", { name: "交付する" }));
    expect(within(dialog).getByText("氏名を入力してください")).toBeTruthy();
    expect(await within(dialog).findByText("第6条第2項")).toBeTruthy();
    await user.type(within(dialog).getByLabelText(/氏名/), "加藤 春香");
    await user.type(within(dialog).getByRole("textbox", { name: /^ID/ }), "b1");
    await user.click(within(dialog).getByRole("button", { name: "交付する" }));
    expect((await screen.findByTestId("initial-password")).textContent).toBe("first-words-7");
    expect(askedOf("POST /v1/people")[0]?.body).toEqual({ login_id: "b1", display_name: "加藤 春香" });
    await user.click(screen.getByRole("button", { name: "控えました" }));
    expect(screen.queryByText("first-words-7")).toBeNull();
  });

  // req: T-6
  it("names the article of a post before appointing, and of the refusal after", async () => {
    answers({ "POST /v1/people/p2/appointments": () => problem(403, "appointment-refused", { title: "この指定は認められていません", detail: "取扱員は運用責任者が選任します。", article: "6(3)3", article_label: "第6条第3項第3号" }) });
    const { user } = renderPortal("/people", { me: sampleMe() });
    await user.click(await screen.findByRole("button", { name: "佐藤 花子" }));
    await user.click(screen.getByRole("button", { name: "職に指定" }));
    const dialog = screen.getByRole("dialog", { name: "佐藤 花子を職に指定" });
    const choice = await within(dialog).findByRole("combobox", { name: /職/ });
    await within(dialog).findByRole("option", { name: /取扱員/ });
    expect(within(dialog).queryByRole("option", { name: /管理責任者/ })).toBeNull();
    await user.selectOptions(choice, "handler");
    expect(within(dialog).getByText("第6条第4項")).toBeTruthy();
    await user.click(within(dialog).getByRole("button", { name: "指定する" }));
    expect((await within(dialog).findByRole("alert")).textContent).toContain("第6条第3項第3号");
  });

  // req: T-6
  it("ends an appointment only after asking", async () => {
    answers({ "POST /v1/appointments/ap2/end": () => ({ status: 204 }) });
    const { user } = renderPortal("/people", { me: sampleMe() });
    await user.click(await screen.findByRole("button", { name: "佐藤 花子" }));
    await user.click(screen.getByRole("button", { name: "職を解く" }));
    const dialog = screen.getByRole("dialog", { name: "佐藤 花子の職を解きますか" });
    expect(askedOf("POST /v1/appointments/ap2/end")).toHaveLength(0);
    expect(within(dialog).getByText("第6条第4項")).toBeTruthy();
    await user.click(within(dialog).getByRole("button", { name: "職を解く" }));
    await screen.findByText("職を解きました");
    expect(askedOf("POST /v1/appointments/ap2/end")).toHaveLength(1);
  });

  it("offers nothing the person may not do", async () => {
    const { user } = renderPortal("/people", { me: sampleMe({ capabilities: ["person.read"] }) });
    await user.click(await screen.findByRole("button", { name: "佐藤 花子" }));
    for (const name of ["IDを交付", "職に指定", "職を解く", "IDを停止", "パスワードを初期化"]) expect(screen.queryByRole("button", { name }), name).toBeNull();
  });
});
