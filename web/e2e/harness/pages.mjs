/** Every page of the portal as a person reaches it, with the demo's calls on it. `as` is "tenant/ID"; neighbours with the same `as` share a browser; `view` where it is shown at one size only. */
import { CAPTURE_LINK } from "./platform.mjs";
import { certificateIssued, findByLastDigits, heardPast, listen, openByLastDigits, takePurpose } from "./portal.mjs";

const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

/** Waits until a page stands still: nothing loading, fonts in place. */
export async function settle(page) {
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => document.fonts.ready);
}

const handler = "toyonaka/tori01";
const custodian = "toyonaka/kanri";
const cityManager = "takikawa/kanri";
/** In the city that has a connection of each kind. */
const handsetManager = "kobe/kanri";
/** In the city where a recording was erased because its period was over. */
const logKeeper = "kobe/kanri";
/** In the bureau where an erasure was asked for and approved. */
const bureauHead = "osaka-waterworks/unyo";

/** Opens a recording by its caller's last digits without the form. */
async function open(page, digits) {
  await page.goto(`/recordings?number=${digits}&match=suffix`);
  await page.getByRole("region", { name: "録音の検索結果" }).getByRole("rowheader").getByRole("link").click();
  await page.getByRole("region", { name: "再生" }).waitFor();
  await page.waitForLoadState("networkidle");
}

export const PAGES = [
  { name: "public-notice", part: "open", go: async (page) => { await page.goto("/t/toyonaka"); await heading(page, "通話の録音について"); } },
  { name: "sign-in", part: "open", go: async (page) => { await page.goto("/t/toyonaka/sign-in"); await heading(page, "サインイン"); await page.getByText("豊中市").waitFor(); } },
  {
    name: "sign-in-refused",
    part: "open",
    refused: [[/^\/v1\/sign-in$/, 401]],
    go: async (page) => {
      await page.goto("/t/ichinomiya/sign-in");
      await page.getByRole("textbox", { name: /^ID/ }).fill("dareka");
      await page.getByLabel("パスワード").fill("chigau");
      await page.getByRole("button", { name: "サインイン", exact: true }).click();
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "not-found", part: "open", go: async (page) => { await page.goto("/nowhere"); await heading(page, "ページが見つかりません"); } },
  { name: "capture", part: "open", go: async (page) => { await page.goto(CAPTURE_LINK); await heading(page, "この端末で録音する"); await page.getByRole("button", { name: "録音を始める" }).waitFor(); } },
  { name: "capture-recording", part: "open", view: "1280 px", go: async (page) => { await page.getByLabel("録音することを相手に伝えました").check(); await page.getByRole("button", { name: "録音を始める" }).click(); await page.getByRole("timer").getByText(/^0:(0[3-9]|[1-5]\d)$/).waitFor(); } },
  { name: "capture-over", part: "open", view: "1280 px", go: async (page) => { await page.getByRole("button", { name: "録音を終える" }).click(); await page.getByText("録音を終えました").waitFor(); } },
  { name: "start", part: "open", go: async (page) => { await page.evaluate(() => localStorage.clear()); await page.goto("/"); await heading(page, "通話録音ポータル"); } },
  {
    name: "first-password",
    part: "open",
    as: "ichinomiya/kanri",
    go: async (page) => {
      await page.evaluate(async (loginId) => {
        const send = async (path, body, headers = {}) => (await fetch(path, { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) })).json();
        const me = await (await fetch("/v1/me")).json();
        const { initial_password: password } = await send("/v1/people", { login_id: loginId, display_name: "見本 初" }, { "X-CSRF-Token": me.csrf_token });
        await send("/v1/sign-in", { tenant: "ichinomiya", login_id: loginId, password });
      }, `hajime${Date.now().toString(36).slice(-6)}`);
      await page.goto("/password");
      await heading(page, "パスワードを変更してください");
    },
  },

  { name: "recordings", part: "recordings", as: custodian, go: async (page) => { await page.goto("/recordings"); await page.getByText(/^3件$/).waitFor(); } },
  { name: "recordings-found", part: "recordings", as: custodian, go: (page) => findByLastDigits(page, "0012") },
  { name: "recordings-none", part: "recordings", as: custodian, go: async (page) => { await page.goto("/recordings?q=nothing"); await page.getByText("条件に合う録音はありません").waitFor(); } },
  { name: "recording", part: "recordings", as: custodian, go: async (page) => { await open(page, "0012"); } },
  { name: "purpose", part: "recordings", as: custodian, go: async (page) => { await takePurpose(page, "緊急時の捜査機関等への情報提供", "受付 8-1122"); } },
  {
    name: "recording-heard",
    part: "recordings",
    as: custodian,
    go: async (page) => {
      await listen(page);
      await heardPast(page, 0.5);
      await page.getByRole("slider", { name: "再生位置" }).focus();
      await page.keyboard.press("ArrowRight");
      await heardPast(page, 7);
      await page.keyboard.press("k");
      await page.getByRole("button", { name: "再生", exact: true }).waitFor();
    },
  },
  { name: "keys", part: "recordings", as: custodian, go: async (page) => { await page.getByRole("button", { name: "キーボード操作" }).click(); await page.getByRole("dialog").waitFor(); } },
  {
    name: "recording-refused",
    part: "recordings",
    as: handler,
    refused: [[/\/uses$/, 403]],
    go: async (page) => {
      await openByLastDigits(page, "0011");
      await takePurpose(page, "緊急時の捜査機関等への情報提供", "受付 8-1122");
      await page.route(/\/uses$/, (route) => route.continue({ postData: JSON.stringify({ purpose: "emergency-information" }) }));
      await listen(page);
      await page.getByRole("dialog").getByRole("alert").waitFor();
    },
  },
  { name: "calls", part: "recordings", as: handler, go: async (page) => { await page.goto("/calls"); await page.getByRole("region", { name: "通話記録" }).getByRole("status").waitFor(); } },

  { name: "people", part: "office", as: cityManager, go: async (page) => { await page.goto("/people"); await page.getByText(/\d人$/).first().waitFor(); } },
  { name: "person", part: "office", as: cityManager, go: async (page) => { await page.getByRole("button", { name: "見本 春" }).click(); await page.getByRole("dialog", { name: "見本 春" }).waitFor(); } },
  { name: "appoint", part: "office", as: cityManager, go: async (page) => { await page.getByRole("button", { name: "職に指定" }).click(); await page.getByRole("combobox", { name: /^職/ }).selectOption({ index: 2 }); } },
  { name: "issue", part: "office", as: cityManager, go: async (page) => { await page.goto("/people"); await page.getByRole("button", { name: "IDを交付" }).click(); await page.getByRole("dialog", { name: "IDの交付" }).waitFor(); } },
  { name: "posts", part: "office", as: cityManager, go: async (page) => { await page.goto("/people?tab=posts"); await page.getByText("通話録音装置操作担当者").first().waitFor(); } },
  { name: "holds", part: "office", as: custodian, go: async (page) => { await page.goto("/holds"); await page.getByRole("table", { name: "保全" }).waitFor(); } },
  { name: "hold", part: "office", as: custodian, go: async (page) => { await page.getByRole("table", { name: "保全" }).getByRole("rowheader").getByRole("link").first().click(); await page.getByRole("table", { name: "対象の録音" }).waitFor(); } },
  { name: "hold-release", part: "office", as: custodian, go: async (page) => { await page.getByRole("button", { name: /保全を解除$/ }).click(); await page.getByRole("dialog", { name: "保全を解除しますか" }).waitFor(); } },
  { name: "recording-held", part: "office", as: custodian, go: async (page) => { await page.goto("/holds"); await page.getByRole("table", { name: "保全" }).getByRole("rowheader").getByRole("link").first().click(); await page.getByRole("table", { name: "対象の録音" }).getByRole("link").first().click(); await page.getByRole("region", { name: "保全と消去" }).scrollIntoViewIfNeeded(); } },
  { name: "hold-place", part: "office", as: custodian, go: async (page) => { await page.getByRole("region", { name: "保全と消去" }).getByRole("button", { name: "保全する" }).click(); await page.getByRole("dialog", { name: "録音を保全" }).getByLabel(/^事由/).waitFor(); } },
  { name: "erasure-ask", part: "office", as: custodian, go: async (page) => { await page.getByRole("dialog").getByRole("button", { name: "閉じる" }).click(); await page.getByRole("button", { name: "消去の申出を登録" }).click(); await page.getByRole("dialog", { name: "消去の申出の登録" }).waitFor(); } },
  { name: "audit", part: "office", as: custodian, go: async (page) => { await page.goto("/audit"); await page.getByRole("region", { name: "操作記録" }).getByRole("status").waitFor(); } },
  { name: "audit-detail", part: "office", as: custodian, go: async (page) => { await page.getByRole("row").filter({ hasText: "利用目的の申告" }).first().getByRole("button").click().catch(() => page.getByRole("row").getByRole("button").first().click()); await page.getByRole("dialog").waitFor(); } },
  { name: "policy", part: "office", as: custodian, go: async (page) => { await page.goto("/policy"); await page.getByText("第5条第2項").first().waitFor(); } },
  { name: "policy-text", part: "office", as: custodian, go: async (page) => { await page.goto("/policy?tab=text"); await page.getByText('tenant = "toyonaka"').waitFor(); } },
  { name: "retention", part: "office", as: custodian, go: async (page) => { await page.goto("/retention"); await page.getByRole("region", { name: /通話の録音/ }).waitFor(); } },
  { name: "deletion-forecast", part: "office", as: custodian, go: async (page) => { await page.goto(`/retention?tab=forecast&day=${new Date(Date.now() + 45 * 86_400_000).toISOString().slice(0, 10)}`); await page.getByRole("table", { name: "条項ごとの件数" }).waitFor(); } },
  { name: "policy-amendments", part: "office", as: custodian, go: async (page) => { await page.goto("/retention?tab=amendments"); await page.getByRole("heading", { name: "提案された改正" }).waitFor(); } },
  { name: "storage", part: "office", as: custodian, go: async (page) => { await page.goto("/storage"); await page.getByRole("heading", { name: "点検" }).waitFor(); } },
  { name: "live-calls", part: "office", as: custodian, go: async (page) => { await page.goto("/live"); await heading(page, "通話中"); await page.getByText(/^通話中 \d+件/).waitFor(); } },
  { name: "coverage", part: "office", as: custodian, go: async (page) => { await page.goto("/coverage"); await page.getByRole("heading", { name: "接続ごと" }).waitFor(); } },
  { name: "operating-calendar", part: "office", as: custodian, go: async (page) => { await page.goto("/coverage?tab=calendar"); await page.getByRole("heading", { name: "曜日ごとの時間" }).waitFor(); } },
  { name: "expected-calls", part: "office", as: custodian, go: async (page) => { await page.goto("/expected-calls"); await page.getByRole("heading", { name: "録音が見つからない通話" }).waitFor(); } },
  { name: "alarms", part: "office", as: custodian, go: async (page) => { await page.goto("/alarms"); await page.getByRole("table", { name: "録音装置" }).waitFor(); } },
  { name: "erasures", part: "office", as: bureauHead, go: async (page) => { await page.goto("/erasures?standing=approved"); await page.getByRole("table", { name: "消去の申出" }).waitFor(); } },
  { name: "erasure", part: "office", as: bureauHead, go: async (page) => { await page.getByRole("link", { name: "見本 申出人" }).click(); await page.getByRole("table", { name: "対象の録音" }).waitFor(); } },
  { name: "capacity", part: "office", as: cityManager, go: async (page) => { await page.goto("/storage"); await page.getByRole("meter", { name: "容量の使用率" }).waitFor(); } },
  { name: "certificates", part: "office", as: logKeeper, go: async (page) => { await certificateIssued(page); await page.goto("/retention?tab=certificates"); await page.getByRole("table", { name: "消去証明書" }).waitFor(); } },
  { name: "certificate", part: "office", as: logKeeper, go: async (page) => { await page.getByRole("table", { name: "消去証明書" }).getByRole("rowheader").getByRole("link").first().click(); await page.getByRole("heading", { name: /^次の録音は消去され/ }).waitFor(); } },
  { name: "recording-erased", part: "office", as: logKeeper, go: async (page) => { await page.getByRole("link", { name: "この録音の通話を見る" }).click(); await page.getByRole("region", { name: "消去証明書" }).waitFor(); } },
  { name: "devices", part: "office", as: handsetManager, go: async (page) => { await page.goto("/devices"); await page.getByRole("table", { name: "機器台帳" }).waitFor(); } },
  { name: "connections", part: "office", as: handsetManager, go: async (page) => { await page.goto("/connections"); await page.getByRole("table", { name: "接続" }).waitFor(); } },
  { name: "connect", part: "office", as: handsetManager, go: async (page) => { await page.getByRole("button", { name: "接続を追加" }).click(); await page.getByRole("dialog", { name: "接続の追加" }).waitFor(); } },
  { name: "connection-health", part: "office", as: handsetManager, go: async (page) => { await page.goto("/connections"); await page.getByRole("link", { name: "本庁1号館クラウドPBX" }).click(); await page.getByRole("table", { name: "通話の品質" }).waitFor(); } },
  { name: "connection-test", part: "office", as: handsetManager, go: async (page) => { await page.getByRole("tab", { name: "接続テスト" }).click(); await page.getByRole("list", { name: "確かめる順" }).getByRole("listitem").first().waitFor(); } },
  { name: "connection-settings", part: "office", as: handsetManager, go: async (page) => { await page.getByRole("tab", { name: "設定", exact: true }).click(); await page.getByRole("heading", { name: "宛先" }).waitFor(); } },
  { name: "connection-guide", part: "office", as: handsetManager, go: async (page) => { await page.getByRole("tab", { name: "PBXへの設定" }).click(); await page.getByText("お使いの機器").waitFor(); } },
  { name: "me", part: "office", as: custodian, go: async (page) => { await page.goto("/me"); await heading(page, "自分のアカウント"); } },
  {
    name: "locked",
    part: "office",
    as: custodian,
    refused: [[/^\/v1\/policy$/, 401]],
    go: async (page) => {
      await page.route(/\/v1\/policy$/, (route) => route.fulfill({ status: 401, contentType: "application/problem+json", body: JSON.stringify({ type: "urn:rokuon:problem:session-locked", title: "", status: 401 }) }));
      await page.goto("/policy");
      await heading(page, "画面をロックしました");
      await page.unroute(/\/v1\/policy$/);
    },
  },
  { name: "english", part: "office", as: custodian, go: async (page) => { await page.goto("/me"); await page.getByRole("button", { name: "English" }).first().click(); await page.goto("/policy"); await page.getByText("Custodian of the recorder").first().waitFor(); } },
];
