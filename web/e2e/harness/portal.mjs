/** What people do in the portal, in their words. */
import assert from "node:assert/strict";
import { person } from "./platform.mjs";

/** Signs in by the form, as a person does. */
export async function signInByForm(page, tenant, loginId, password = person(tenant, loginId).password) {
  await page.goto(`/t/${tenant}/sign-in`);
  await page.getByLabel("ID", { exact: false }).first().fill(loginId);
  await page.getByLabel("パスワード").fill(password);
  await page.getByRole("button", { name: "サインイン", exact: true }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/sign-in"));
  await page.getByRole("heading", { level: 1 }).waitFor();
}

/** Signs in without walking through the form, for stories about something else; the page stays blank. */
export async function signIn(page, tenant, loginId) {
  // an address without a page, whose icon the browser looks for in vain
  page.willBeRefused(/^\/favicon\.ico$/, 404);
  await page.goto("/healthz");
  const status = await page.evaluate(
    async (body) => (await fetch("/v1/sign-in", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })).status,
    { tenant, login_id: loginId, password: person(tenant, loginId).password },
  );
  assert.equal(status, 200, `${loginId} of ${tenant} signs in`);
}

/** Searches by the number's last digits, as typed into the form, and waits for the one row. */
export async function findByLastDigits(page, digits) {
  await page.goto("/recordings");
  await page.getByLabel("電話番号").fill(digits);
  await page.getByLabel("番号の一致").selectOption({ label: "末尾一致" });
  await page.getByRole("search").getByRole("button", { name: "検索", exact: true }).click();
  await page.waitForURL(/match=suffix/);
  await page.getByText(/^1件$/).waitFor();
}

/** Opens the only recording found; answers its id. */
export async function openFound(page) {
  await page.getByRole("region", { name: "録音の検索結果" }).getByRole("rowheader").getByRole("link").click();
  await page.waitForURL(/\/recordings\/[0-9a-f-]{36}$/);
  await page.getByRole("region", { name: "再生" }).waitFor();
  return new URL(page.url()).pathname.split("/").at(-1);
}

export async function openByLastDigits(page, digits) {
  await findByLastDigits(page, digits);
  return openFound(page);
}

/** Opens the purpose dialog and takes a purpose; the dialog stays. */
export async function takePurpose(page, purpose, note) {
  await page.getByRole("button", { name: "目的を選んで再生" }).click();
  const dialog = page.getByRole("dialog", { name: "利用目的の選択" });
  await dialog.getByRole("radio", { name: purpose }).check();
  if (note !== undefined) await dialog.getByLabel(/事案メモ/).fill(note);
  return dialog;
}

export async function listen(page) {
  const answer = page.waitForResponse((response) => response.request().method() === "POST" && /\/uses$/.test(response.url()));
  await page.getByRole("button", { name: "記録して聴取する" }).click();
  return answer;
}

/** Waits until the audio element has played on past `seconds`. */
export async function heardPast(page, seconds) {
  await page.waitForFunction((at) => document.querySelector("audio").currentTime > at, seconds);
}

export const audio = (page) => page.evaluate(() => (({ currentTime, duration, paused }) => ({ currentTime, duration, paused }))(document.querySelector("audio")));

/** Asks the API as the page would, with the visitor's cookie. */
export const ask = (page, path) => page.evaluate(async (address) => {
  const answer = await fetch(address, { headers: { "X-Rokuon-Background": "1" } });
  const type = answer.headers.get("content-type") ?? "";
  return { status: answer.status, body: type.includes("json") ? await answer.json() : undefined };
}, path);

/** Waits until the recording whose period was let be over is destroyed, on the page of certificates; answers its certificate. */
export async function certificateIssued(page) {
  const until = Date.now() + 15 * 60_000;
  for (;;) {
    const { body } = await ask(page, "/v1/certificates?limit=1");
    if (body.items.length > 0) return body.items[0];
    assert.ok(Date.now() < until, "no certificate was issued");
    await page.waitForTimeout(2_000);
  }
}

/** Rows of the audit trail, narrowed by the form; each as its cells' text. */
export async function auditRows(page, group) {
  await page.goto("/audit");
  await page.getByRole("search").getByLabel("操作", { exact: true }).selectOption({ label: group });
  await page.getByRole("search").getByRole("button", { name: "検索", exact: true }).click();
  await page.waitForURL(/kind=/);
  await page.getByRole("region", { name: "操作記録" }).getByRole("status").waitFor();
  return page.getByRole("region", { name: "操作記録" }).getByRole("row");
}

/** Presses Tab until `target` has the focus, and checks that the focus can be seen there. */
export async function tabTo(page, target, most = 60) {
  const handle = await target.elementHandle();
  for (let press = 0; press < most; press += 1) {
    await page.keyboard.press("Tab");
    if (!(await handle.evaluate((element) => element === document.activeElement))) continue;
    const seen = await handle.evaluate((element) => {
      const shown = (candidate) => {
        const style = getComputedStyle(candidate);
        return (style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
      };
      return shown(element) || (element.parentElement !== null && shown(element.parentElement));
    });
    assert.ok(seen, `the focus cannot be seen on ${await handle.evaluate((element) => element.outerHTML.slice(0, 120))}`);
    return;
  }
  assert.fail(`${most} presses of Tab do not reach ${target}`);
}
