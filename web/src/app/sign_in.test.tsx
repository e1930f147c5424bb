import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { session } from "../api/session";
import { answers, askedOf, problem } from "../testing/answers";
import { heading, renderPortal } from "../testing/render";
import { sampleMe } from "../testing/samples";
import { safeNext } from "./router";

const notice = {
  tenant: "aozora",
  name: { ja: "あおぞら市", en: "Aozora City" },
  notice: { title: { ja: "通話の録音について", en: "Calls are recorded" }, body: [{ ja: "応対をよりよくするため録音しています。", en: "To answer better." }], article: "4", article_label: "第4条" },
  devices: [],
  retention: { sentence: { ja: "31日間保存します。", en: "Kept for 31 days." } },
  contact: null,
};

const signIn = async (user: ReturnType<typeof renderPortal>["user"]) => {
  await user.type(await screen.findByLabelText(/^ID/), "a01001");
  await user.type(screen.getByLabelText(/^パスワード/), "secret words");
  await user.click(screen.getByRole("button", { name: "サインイン" }));
};

describe("the public notice", () => {
  // req: T-4
  it("tells citizens that calls are recorded, why, by which article and for how long, without signing in", async () => {
    answers({ "GET /v1/public/aozora": notice });
    renderPortal("/t/aozora");
    await heading("通話の録音について");
    for (const text of ["応対をよりよくするため録音しています。", "第4条", "31日間保存します。", "あおぞら市"]) expect(screen.getByText(text), text).toBeTruthy();
    expect(askedOf("GET /v1/me")).toHaveLength(0);
  });

  it("speaks English when asked, and remembers only the language", async () => {
    answers({ "GET /v1/public/aozora": notice });
    const { user } = renderPortal("/t/aozora");
    await user.click(await screen.findByRole("button", { name: "English" }));
    await heading("Calls are recorded");
    expect(document.documentElement.lang).toBe("en");
    expect({ ...localStorage }).toEqual({ "rokuon.language": "en" });
  });

  it("says nothing of a municipality it does not know", async () => {
    answers({ "GET /v1/public/other": () => problem(404, "not-found") });
    renderPortal("/t/other");
    await heading("ページが見つかりません");
  });
});

describe("signing in", () => {
  it("says the same for a wrong ID and a wrong password", async () => {
    answers({ "GET /v1/public/aozora": notice, "POST /v1/sign-in": () => problem(401, "sign-in-refused") });
    const { user } = renderPortal("/t/aozora/sign-in");
    await signIn(user);
    expect((await screen.findByRole("alert")).textContent).toContain("IDまたはパスワードが正しくありません");
    expect((screen.getByLabelText(/^パスワード/) as HTMLInputElement).value).toBe("");
  });

  it("says how long to wait after too many attempts", async () => {
    answers({ "GET /v1/public/aozora": notice, "POST /v1/sign-in": () => ({ ...problem(429, "too-many-attempts"), headers: { "Content-Type": "application/problem+json", "Retry-After": "600" } }) });
    const { user } = renderPortal("/t/aozora/sign-in");
    await signIn(user);
    expect((await screen.findByRole("alert")).textContent).toContain("10分後");
  });

  it("keeps nothing personal in the browser", async () => {
    answers({ "GET /v1/public/aozora": notice, "POST /v1/sign-in": sampleMe({ capabilities: [] }) });
    const { user } = renderPortal("/t/aozora/sign-in");
    await signIn(user);
    await heading("自分のアカウント");
    expect({ ...localStorage }).toEqual({ "rokuon.tenant": "aozora" });
    expect(sessionStorage.length).toBe(0);
  });

  it("asks for a new password before anything else", async () => {
    let me = sampleMe({ password_change_required: true, capabilities: [] });
    answers({
      "GET /v1/public/aozora": notice,
      "POST /v1/sign-in": () => ({ body: me }),
      "GET /v1/me": () => ({ body: me }),
      "POST /v1/password": () => problem(422, "invalid-fields", { title: "入力に誤りがあります", errors: [{ field: "new_password", message: "短すぎます" }] }),
    });
    const { user, router } = renderPortal("/t/aozora/sign-in");
    await signIn(user);
    await heading("パスワードを変更してください");
    expect(screen.getByText("新しいパスワードの決まり")).toBeTruthy();
    await user.type(screen.getByLabelText(/今のパスワード/), "initial");
    await user.type(screen.getByLabelText(/新しいパスワード ?※必須/), "short");
    await user.type(screen.getByLabelText(/確認/), "shorter");
    await user.click(screen.getByRole("button", { name: "変更する" }));
    expect(screen.getByText("2つの新しいパスワードが一致しません")).toBeTruthy();
    expect(askedOf("POST /v1/password")).toHaveLength(0);
    await user.clear(screen.getByLabelText(/確認/));
    await user.type(screen.getByLabelText(/確認/), "short");
    await user.click(screen.getByRole("button", { name: "変更する" }));
    await screen.findByText("短すぎます");
    me = sampleMe({ capabilities: [] });
    answers({ "POST /v1/password": () => ({ status: 204 }) });
    await user.click(screen.getByRole("button", { name: "変更する" }));
    await heading("自分のアカウント");
    expect(router.state.location.pathname).toBe("/me");
  });

  it("comes back to where one was", async () => {
    localStorage.setItem("rokuon.tenant", "aozora");
    answers({ "GET /v1/me": () => problem(401, "not-signed-in"), "GET /v1/public/aozora": notice });
    const { router } = renderPortal("/audit?kind=play");
    await heading("サインイン");
    expect(router.state.location.search).toEqual({ next: "/audit?kind=play" });
  });

  it("is never sent to another site", () => {
    for (const bad of ["//evil.example", "https://evil.example", "/t/x", "/\\evil", "/recordingsx", 3, undefined]) expect(safeNext(bad), String(bad)).toBeUndefined();
    expect(safeNext("/recordings?range=7d")).toBe("/recordings?range=7d");
  });
});

describe("the idle lock", () => {
  // req: KB-6
  it("covers the page when the server says the session is locked, and opens with the password", async () => {
    answers({ "GET /v1/policy": () => problem(401, "session-locked") });
    const { user } = renderPortal("/policy", { me: sampleMe() });
    await heading("画面をロックしました");
    expect(screen.queryByRole("navigation")).toBeNull();
    answers({
      "POST /v1/sign-in": sampleMe({ csrf_token: "token-2" }),
      "GET /v1/policy": { tenant: "aozora", version: "1", effective_from: "2026-04-01", document_title: { ja: "要綱", en: "Rules" }, sections: [], data: {} },
    });
    await user.type(screen.getByLabelText(/^パスワード/), "secret words");
    await user.click(screen.getByRole("button", { name: "サインイン" }));
    await heading("規程");
    expect(askedOf("POST /v1/sign-in")[0]?.body).toEqual({ tenant: "aozora", login_id: "a01001", password: "secret words" });
    expect(session.csrfToken()).toBe("token-2");
  });

  // req: KB-6
  it("warns before it comes, and staying asks the server", async () => {
    answers({ "GET /v1/me": sampleMe() });
    const { user } = renderPortal("/me", { me: sampleMe() });
    await heading("自分のアカウント");
    session.touch(Date.now() - 14.1 * 60_000);
    const dialog = await screen.findByRole("dialog", { name: "まもなく画面をロックします" });
    expect(dialog.textContent).toMatch(/あと\d+秒/);
    await user.click(screen.getByRole("button", { name: "続けて使う" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(askedOf("GET /v1/me")[0]?.headers.get("X-Rokuon-Background")).toBeNull();
  });

  // req: KB-6
  it("asks in the background once time is up, so that asking does not keep the session open", async () => {
    answers({ "GET /v1/me": () => problem(401, "session-locked") });
    renderPortal("/me", { me: sampleMe() });
    await heading("自分のアカウント");
    session.touch(Date.now() - 15 * 60_000);
    await screen.findByRole("heading", { name: "画面をロックしました" });
    expect(askedOf("GET /v1/me")[0]?.headers.get("X-Rokuon-Background")).toBe("1");
  });
});

describe("the menu", () => {
  // req: P-5
  it("shows only what the person's posts allow", async () => {
    renderPortal("/me", { me: sampleMe({ capabilities: ["audit.read", "policy.read"] }) });
    await heading("自分のアカウント");
    const menu = screen.getByRole("navigation", { name: "主なメニュー" });
    expect([...menu.querySelectorAll("a")].map((link) => link.textContent)).toEqual(["規程", "保存と消去", "操作記録", "機器台帳"]);
    expect(screen.getByRole("link", { name: "本文へ移動" }).getAttribute("href")).toBe("#main");
  });
});
