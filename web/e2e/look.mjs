/**
 * Walks through every page of the built portal in Chromium, under the real Content-Security-Policy, against the mock API: takes a screenshot at three
 * widths, runs axe-core, and fails on any violation, CSP report, console error or request to another host. `npm run build` first.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { recordings } from "../mock/fixtures.mjs";
import { startMock } from "../mock/server.mjs";

const OUT = new URL("../test-results/look/", import.meta.url).pathname;
mkdirSync(OUT, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** 1280 wide; the same at 200 % zoom (half the CSS pixels, twice the ratio); a telephone. */
const VIEWS = [
  { name: "1280", viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1 },
  { name: "zoom200", viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 },
  { name: "320", viewport: { width: 320, height: 700 }, deviceScaleFactor: 2 },
];
const only = process.argv[2];
const filmed = recordings.find((recording) => recording.segments.some((segment) => segment.video_codec));
const undecoded = recordings.find((recording) => recording.segments.some((segment) => segment.codec === "g729"));

const mock = await startMock(0);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--lang=ja-JP", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"],
});
const troubles = [];
let checks = 0;

const signIn = async (page, id = "a01001") => {
  await page.goto(`${mock.origin}/t/aozora/sign-in`);
  await page.getByLabel("ID").fill(id);
  await page.getByLabel("パスワード").fill("aozora-2026");
  await page.getByRole("button", { name: "サインイン" }).click();
};
const openRecording = async (page, which) => {
  const rows = await page.evaluate(async () => (await (await fetch("/v1/recordings?limit=60")).json()).items);
  const row = rows.find(which);
  await page.goto(`${mock.origin}/recordings/${row.id}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
};

/** Each page as a person reaches it. `signed` pages begin signed in as the manager. */
const PAGES = [
  { name: "01-notice", go: (page) => page.goto(`${mock.origin}/t/aozora`) },
  { name: "02-sign-in", go: (page) => page.goto(`${mock.origin}/t/aozora/sign-in`) },
  {
    name: "03-sign-in-refused",
    go: async (page) => {
      await page.goto(`${mock.origin}/t/aozora/sign-in`);
      await page.getByLabel("ID").fill("a01001");
      await page.getByLabel("パスワード").fill("wrong");
      await page.getByRole("button", { name: "サインイン" }).click();
      await page.getByRole("alert").waitFor();
    },
    refusals: true,
  },
  {
    name: "04-first-password",
    go: async (page) => {
      await signIn(page, "a01057");
      await page.getByRole("heading", { name: "パスワードを変更してください" }).waitFor();
    },
  },
  { name: "05-recordings", signed: true, go: (page) => page.goto(`${mock.origin}/recordings`) },
  { name: "06-recordings-filtered", signed: true, go: (page) => page.goto(`${mock.origin}/recordings?range=7d&direction=inbound&department=residents&min=60`) },
  { name: "07-recordings-none", signed: true, go: (page) => page.goto(`${mock.origin}/recordings?q=zzz`) },
  { name: "08-recording", signed: true, go: (page) => openRecording(page, (row) => row.gap_count > 0) },
  {
    name: "09-purpose",
    signed: true,
    go: async (page) => {
      await openRecording(page, (row) => row.gap_count > 0);
      await page.getByRole("button", { name: "目的を選んで再生" }).click();
      await page.getByText("対応内容の確認").click();
    },
  },
  {
    name: "10-purpose-refused",
    signed: true,
    refusals: true,
    go: async (page) => {
      await openRecording(page, (row) => row.gap_count > 0);
      await page.getByRole("button", { name: "目的を選んで再生" }).click();
      await page.getByText("不当要求行為への対応").click();
      await page.getByLabel(/事案メモ/).fill("受付 R8-1121");
      await page.getByRole("button", { name: "記録して聴取する" }).click();
      await page.getByRole("alert").waitFor();
      await page.getByRole("alert").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "11b-film",
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/recordings/${filmed.id}`);
      await page.getByRole("button", { name: "目的を選んで再生" }).click();
      await page.getByText("応対品質の向上").click();
      await page.getByRole("button", { name: "記録して聴取する" }).click();
      await page.locator("video").waitFor();
      await page.getByRole("button", { name: "一時停止" }).click();
      await page.waitForTimeout(800);
    },
  },
  {
    name: "11c-no-decoder",
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/recordings/${undecoded.id}`);
      await page.getByText("この画面では聴けません").waitFor();
    },
  },
  {
    name: "11-playing",
    signed: true,
    go: async (page) => {
      await openRecording(page, (row) => row.gap_count > 0);
      await page.getByRole("button", { name: "目的を選んで再生" }).click();
      await page.getByText("応対品質の向上").click();
      await page.getByRole("button", { name: "記録して聴取する" }).click();
      await page.getByRole("button", { name: "一時停止" }).waitFor();
      const slider = page.getByRole("slider", { name: "再生位置" });
      await slider.focus();
      for (let press = 0; press < 4; press += 1) await page.keyboard.press("ArrowRight");
      await page.waitForTimeout(1500);
      await page.keyboard.press("k");
      await page.waitForTimeout(300);
    },
  },
  { name: "12-unproved", signed: true, go: (page) => openRecording(page, (row) => !row.line_proved) },
  { name: "13-calls", signed: true, go: (page) => page.goto(`${mock.origin}/calls?range=7d`) },
  { name: "14-people", signed: true, go: (page) => page.goto(`${mock.origin}/people`) },
  {
    name: "15-person",
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/people`);
      await page.getByRole("button", { name: "佐藤 花子" }).click();
    },
  },
  {
    name: "16-issued",
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/people`);
      await page.getByRole("button", { name: "IDを交付" }).click();
      await page.getByLabel(/氏名 ?※必須/).fill("加藤 春香");
      await page.getByRole("textbox", { name: /^ID/ }).fill(`b${Date.now() % 100000}`);
      await page.getByRole("button", { name: "交付する" }).click();
      await page.getByTestId("initial-password").waitFor();
    },
  },
  { name: "17-posts", signed: true, go: (page) => page.goto(`${mock.origin}/people?tab=posts`) },
  { name: "18-audit", signed: true, go: (page) => page.goto(`${mock.origin}/audit`) },
  {
    name: "19-audit-detail",
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/audit`);
      await page.getByRole("button", { name: "聴取の終了" }).first().click();
    },
  },
  { name: "20-policy", signed: true, go: (page) => page.goto(`${mock.origin}/policy`) },
  { name: "21-policy-text", signed: true, go: (page) => page.goto(`${mock.origin}/policy?tab=text`) },
  { name: "40-live", signed: true, go: (page) => page.goto(`${mock.origin}/live`) },
  {
    name: "41-live-start",
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/live`);
      await page.getByRole("button", { name: "録音を開始" }).first().click();
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "47-lines", signed: true, go: (page) => page.goto(`${mock.origin}/live?tab=lines`) },
  { name: "42-coverage", signed: true, go: (page) => page.goto(`${mock.origin}/coverage`) },
  { name: "43-calendar", signed: true, go: (page) => page.goto(`${mock.origin}/coverage?tab=calendar`) },
  { name: "44-expected", signed: true, go: (page) => page.goto(`${mock.origin}/expected-calls`) },
  { name: "45-alarms", signed: true, go: (page) => page.goto(`${mock.origin}/alarms`) },
  {
    name: "46-expectation",
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/alarms`);
      await page.getByRole("button", { name: /^変更/ }).first().click();
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "50-retention", signed: true, go: (page) => page.goto(`${mock.origin}/retention`) },
  { name: "51-forecast", signed: true, go: (page) => page.goto(`${mock.origin}/retention?tab=forecast`) },
  {
    name: "52-forecast-guard",
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/retention?tab=forecast`);
      await page.getByLabel("日を選ぶ").fill(new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10));
      await page.getByText("いつもより大幅に多いため").waitFor();
    },
  },
  { name: "53-certificates", signed: true, go: (page) => page.goto(`${mock.origin}/retention?tab=certificates`) },
  {
    name: "54-certificate",
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/retention?tab=certificates`);
      await page.getByRole("table").getByRole("link").first().click();
      await page.getByRole("heading", { name: "署名付きの原文" }).waitFor();
    },
  },
  { name: "55-amendments", signed: true, go: (page) => page.goto(`${mock.origin}/retention?tab=amendments`) },
  {
    name: "56-amendment-preview",
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/retention?tab=amendments`);
      await page.getByLabel(/^改正後の規程/).fill("[[retention]]\nkind = \"call_audio\"\nmaximum = { months = 9 }");
      await page.getByRole("button", { name: "何が変わるかを見る" }).click();
      await page.getByText(/新たに 8,802件/).waitFor();
      await page.getByText(/新たに 8,802件/).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "57-approve",
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/retention?tab=amendments`);
      await page.getByRole("button", { name: "承認する" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "58-storage", signed: true, go: (page) => page.goto(`${mock.origin}/storage`) },
  {
    name: "59-release",
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/storage`);
      await page.getByRole("button", { name: "確認して解除" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "60-key-gone",
    signed: true,
    go: async (page) => {
      await fetch(`${mock.origin}/mock/key?gone=1`, { method: "POST" });
      await page.goto(`${mock.origin}/storage`);
      await page.getByText("鍵が無効になっています").waitFor();
      await fetch(`${mock.origin}/mock/key?gone=0`, { method: "POST" });
    },
  },
  { name: "22-connections", signed: true, go: (page) => page.goto(`${mock.origin}/connections`) },
  {
    name: "23-connect",
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/connections`);
      await page.getByRole("button", { name: "接続を追加" }).click();
      await page.getByLabel(/^許可する接続元/).fill("192.0.2.300");
      await page.getByRole("button", { name: "追加する" }).click();
    },
  },
  {
    name: "23b-connect-registration",
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/connections`);
      await page.getByRole("button", { name: "接続を追加" }).click();
      await page.getByRole("radio", { name: /^SIP登録/ }).check();
    },
  },
  {
    name: "23c-connection-secret",
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/connections`);
      await page.getByRole("link", { name: "支所SBC(試験)" }).click();
      await page.getByRole("tab", { name: "設定", exact: true }).click();
      await page.getByRole("button", { name: "認証情報を切り替える" }).click();
      await page.getByRole("button", { name: "新しく作る" }).click();
      await page.getByTestId("connection-secret").waitFor();
    },
  },
  ...[["23d-connection-health", "本庁舎クラウドPBX", undefined], ["23e-connection-attention", "水道庁舎PBX", undefined], ["23f-connection-test", "支所SBC(試験)", "接続テスト"], ["23g-connection-settings", "支所SBC(試験)", "設定"], ["23h-connection-guide", "支所SBC(試験)", "PBXへの設定"]].map(([name, connection, tab]) => ({
    name,
    signed: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/connections`);
      await page.getByRole("link", { name: connection }).click();
      if (tab !== undefined) await page.getByRole("tab", { name: tab, exact: true }).click();
      await page.getByRole("tabpanel").locator("table, li, dl").first().waitFor();
    },
  })),
  { name: "24-me", signed: true, go: (page) => page.goto(`${mock.origin}/me`) },
  {
    name: "25-locked",
    signed: true,
    refusals: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/policy`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await fetch(`${mock.origin}/mock/lock`, { method: "POST" });
      await page.getByRole("link", { name: "操作記録" }).or(page.getByRole("button", { name: "メニュー" })).first().click();
      const link = page.getByRole("link", { name: "操作記録" });
      if (await link.isVisible().catch(() => false)) await link.click();
      await page.getByRole("heading", { name: "画面をロックしました" }).waitFor();
    },
  },
  { name: "26-not-found", go: (page) => page.goto(`${mock.origin}/nowhere`) },
  { name: "27-start", go: (page) => page.goto(`${mock.origin}/`), refusals: true },
  {
    name: "28-english",
    signed: true,
    go: async (page) => {
      await openRecording(page, (row) => row.gap_count > 0);
      await page.getByRole("button", { name: "English" }).first().click();
    },
  },
  { name: "29-custom-range", signed: true, go: (page) => page.goto(`${mock.origin}/recordings?range=custom&from=2026-11-01&to=2026-11-20T17:00&number=1234&match=suffix`) },
  {
    name: "30-keys",
    signed: true,
    go: async (page) => {
      await openRecording(page, (row) => row.gap_count > 0);
      await page.getByRole("button", { name: "キーボード操作" }).click();
    },
  },
  {
    name: "31-lock-soon",
    signed: true,
    go: async (page) => {
      await fetch(`${mock.origin}/mock/idle?minutes=0.2`, { method: "POST" });
      await page.goto(`${mock.origin}/policy`);
      await page.getByRole("dialog", { name: "まもなく画面をロックします" }).waitFor();
      await fetch(`${mock.origin}/mock/idle?minutes=15`, { method: "POST" });
    },
  },
  {
    name: "32-appoint-refused",
    signed: true,
    refusals: true,
    go: async (page) => {
      await page.goto(`${mock.origin}/people`);
      await page.getByRole("button", { name: "渡邉 直子" }).click();
      await page.getByRole("button", { name: "職に指定" }).click();
      await page.getByRole("combobox", { name: /^職/ }).selectOption("auditor");
      await page.getByRole("button", { name: "指定する" }).click();
      await page.getByRole("alert").waitFor();
      await page.getByRole("alert").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "33-keyboard",
    signed: true,
    go: async (page) => {
      const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent?.trim());
      const expectFocus = async (wanted, after) => {
        const got = await focused();
        if (got !== wanted) throw new Error(`after ${after} the focus is on "${got}", not "${wanted}"`);
      };
      await openRecording(page, (row) => row.gap_count > 0);
      await page.keyboard.press("Tab");
      await expectFocus("本文へ移動", "Tab");
      await page.keyboard.press("Enter");
      await expectFocus("main", "the skip link");
      await page.getByRole("button", { name: "目的を選んで再生" }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").waitFor();
      for (let press = 0; press < 12; press += 1) {
        await page.keyboard.press("Tab");
        const outside = await page.evaluate(() => document.activeElement !== document.body && document.activeElement?.closest("dialog") === null);
        if (outside) throw new Error("Tab leaves the dialog");
      }
      await page.keyboard.press("Escape");
      await expectFocus("目的を選んで再生", "Escape");
    },
  },
];

for (const view of VIEWS) {
  for (const entry of PAGES) {
    if (only !== undefined && !entry.name.includes(only) && view.name !== only) continue;
    const context = await browser.newContext({ viewport: view.viewport, deviceScaleFactor: view.deviceScaleFactor, locale: "ja-JP", timezoneId: "Asia/Tokyo", reducedMotion: "reduce" });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    const where = `${entry.name} @ ${view.name}`;
    page.on("console", (message) => {
      const expected = /Failed to load resource: the server responded with a status of (401|403|422)/.test(message.text());
      if ((message.type() === "error" || message.type() === "warning") && !expected) troubles.push(`${where}: console ${message.text()}`);
    });
    page.on("pageerror", (error) => troubles.push(`${where}: ${error.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(mock.origin) && !request.url().startsWith("blob:")) troubles.push(`${where}: request to ${request.url()}`);
    });
    try {
      if (entry.signed) {
        await signIn(page);
        await page.waitForURL(/recordings/);
      }
      await entry.go(page);
      await page.waitForLoadState("networkidle");
      await page.evaluate(() => document.fonts.ready);
      await page.waitForTimeout(150);
      await page.screenshot({ path: `${OUT}${entry.name}.${view.name}.png` });
      const open = await page.locator("dialog[open]").count();
      if (view.name !== "320" && open === 0) await page.screenshot({ path: `${OUT}${entry.name}.${view.name}.full.png`, fullPage: true });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) troubles.push(`${where}: scrolls sideways by ${wide}px`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: { type: "tag", values: tags } }), TAGS);
      checks += 1;
      for (const violation of violations) troubles.push(`${where}: axe ${violation.id}: ${violation.nodes.map((node) => `${node.target} ${node.any[0]?.message ?? node.failureSummary}`).slice(0, 3).join(" | ")}`);
    } catch (error) {
      troubles.push(`${where}: ${error.message.split("\n").slice(0, 4).join(" ")}`);
      await page.screenshot({ path: `${OUT}${entry.name}.${view.name}.failed.png` }).catch(() => undefined);
    }
    await context.close();
  }
}
await browser.close();
await mock.close();
console.log(`${checks} pages looked at, ${troubles.length} troubles`);
for (const trouble of troubles) console.log(`- ${trouble}`);
process.exit(troubles.length === 0 ? 0 : 1);
