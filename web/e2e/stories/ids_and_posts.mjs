/** IDs are issued to people, first passwords are changed, and posts are given by those who may. */
import assert from "node:assert/strict";
import { auditRows, signIn, signInByForm } from "../harness/portal.mjs";
import { it } from "../harness/stories.mjs";

/** An ID nobody has had, also when the stories are told again on the same data. */
const newId = () => `shin${Date.now().toString(36).slice(-6)}`;

/** Issues an ID through the portal; answers the first password. */
async function issue(manager, loginId, name) {
  await manager.goto("/people");
  await manager.getByRole("button", { name: "IDを交付" }).click();
  const dialog = manager.getByRole("dialog", { name: "IDの交付" });
  await dialog.getByLabel(/氏名/).fill(name);
  await dialog.getByRole("textbox", { name: /^ID/ }).fill(loginId);
  await dialog.getByRole("button", { name: "交付する" }).click();
  const password = await manager.getByTestId("initial-password").innerText();
  await manager.getByRole("button", { name: "控えました" }).click();
  return password.trim();
}

async function openPerson(page, loginId) {
  await page.goto("/people");
  await page.getByLabel("氏名・ID・部署で絞り込み").fill(loginId);
  await page.getByText(/^1人$/).waitFor();
  await page.getByRole("rowheader").getByRole("button").click();
  await page.getByRole("dialog").waitFor();
}

async function beginAppointing(page, loginId) {
  await openPerson(page, loginId);
  await page.getByRole("button", { name: "職に指定" }).click();
  return page.getByRole("dialog", { name: /を職に指定/ });
}

// req: O-3, T-5.3
it("a person with a first password must change it before anything else opens", async ({ visitor }) => {
  const manager = await visitor();
  await signIn(manager, "osaka-waterworks", "unyo");
  const loginId = newId();
  const first = await issue(manager, loginId, "見本 新一");
  const person = await visitor();
  await signInByForm(person, "osaka-waterworks", loginId, first);
  await person.getByRole("heading", { name: "パスワードを変更してください" }).waitFor();
  await person.goto("/recordings");
  await person.getByRole("heading", { name: "パスワードを変更してください" }).waitFor();
  assert.equal(new URL(person.url()).pathname, "/password");
  const change = async (next) => {
    await person.getByLabel(/^今のパスワード/).fill(first);
    await person.getByLabel(/^新しいパスワード(?!\()/).first().fill(next);
    await person.getByLabel(/^新しいパスワード\(確認\)/).fill(next);
    await person.getByRole("button", { name: "変更する" }).click();
  };
  person.willBeRefused(/^\/v1\/password$/, 422);
  await change("mijikai");
  await person.getByText(/12文字以上/).last().waitFor();
  assert.equal(new URL(person.url()).pathname, "/password");
  await change("ame ni mo makezu kaze ni mo");
  await person.waitForURL(/\/me$/);
  await person.getByRole("main").getByText("職なし").waitFor();
  // the first password is worth nothing any more
  const other = await visitor();
  other.willBeRefused(/^\/v1\/sign-in$/, 401);
  await other.goto("/t/osaka-waterworks/sign-in");
  await other.getByLabel("ID", { exact: false }).first().fill(loginId);
  await other.getByLabel("パスワード").fill(first);
  await other.getByRole("button", { name: "サインイン", exact: true }).click();
  await other.getByText("IDまたはパスワードが正しくありません").waitFor();
});

// req: KB-7, KB-6
it("Kobe's manager may not designate an assistant without recorded training, and may with it", async ({ visitor }) => {
  const manager = await visitor();
  manager.willBeRefused(/\/appointments$/, 403);
  await signIn(manager, "kobe", "kanri");
  const loginId = newId();
  await issue(manager, loginId, "見本 研修");
  const dialog = await beginAppointing(manager, loginId);
  await dialog.getByLabel(/^職/).selectOption({ label: "管理補助者(要領第4条第1項)" });
  await dialog.getByRole("button", { name: "指定する" }).click();
  const alert = dialog.getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.innerText(), /研修の記録が必要です[\s\S]*要領第4条第2項/);
  const today = new Date(Date.now() + 9 * 3600_000).toISOString().slice(0, 10);
  await dialog.getByLabel(/^研修受講日/).fill(today);
  await dialog.getByRole("button", { name: "指定する" }).click();
  await manager.getByText("職に指定しました").waitFor();
  await manager.getByRole("dialog").getByText("管理補助者").first().waitFor();
  const rows = (await auditRows(manager, "職の指定")).filter({ hasText: "職への指定" });
  await rows.filter({ hasText: "拒否" }).filter({ hasText: "要領第4条第2項" }).first().waitFor();
  await rows.filter({ hasText: "実施" }).filter({ hasText: "要領第4条第1項" }).first().waitFor();
});

// req: T-6
it("in Toyonaka the custodian issues the ID, but only the operations manager makes somebody a handler", async ({ visitor }) => {
  const custodian = await visitor();
  await signIn(custodian, "toyonaka", "kanri");
  const loginId = newId();
  const first = await issue(custodian, loginId, "見本 取扱");
  const offered = await beginAppointing(custodian, loginId);
  assert.doesNotMatch(await offered.getByLabel(/^職/).innerText(), /取扱員/);
  await custodian.goto("/people?tab=posts");
  const handlerPost = custodian.getByRole("main").locator("li, article, section").filter({ hasText: "通話録音データ取扱員" }).last();
  assert.match(await handlerPost.innerText(), /第6条第4項[\s\S]*あなたは指定できません|あなたは指定できません[\s\S]*第6条第4項/);

  const operations = await visitor();
  await signIn(operations, "toyonaka", "unyo");
  await operations.goto("/people");
  await operations.getByText(/\d人$/).first().waitFor();
  assert.equal(await operations.getByRole("button", { name: "IDを交付" }).count(), 0);
  const dialog = await beginAppointing(operations, loginId);
  await dialog.getByLabel(/^職/).selectOption({ label: "通話録音データ取扱員(第6条第4項)" });
  await dialog.getByRole("button", { name: "指定する" }).click();
  await operations.getByText("職に指定しました").waitFor();

  // the new handler finds calls, until the post ends
  const handler = await visitor();
  handler.willBeRefused(/\/uses$/, 403);
  await signInByForm(handler, "toyonaka", loginId, first);
  await handler.getByLabel(/^今のパスワード/).fill(first);
  await handler.getByLabel(/^新しいパスワード(?!\()/).first().fill("kumo no mine ikutsu kuzurete");
  await handler.getByLabel(/^新しいパスワード\(確認\)/).fill("kumo no mine ikutsu kuzurete");
  await handler.getByRole("button", { name: "変更する" }).click();
  await handler.waitForURL(/\/recordings/);
  await handler.getByRole("region", { name: "録音の検索結果" }).getByRole("rowheader").getByRole("link").first().click();
  await handler.getByRole("button", { name: "目的を選んで再生" }).click();
  await handler.getByRole("radio", { name: "応対品質の向上" }).check();
  await operations.getByRole("dialog").getByRole("button", { name: "職を解く" }).click();
  await operations.getByRole("dialog", { name: /の職を解きますか/ }).getByRole("button", { name: "職を解く" }).click();
  await operations.getByText("職を解きました").waitFor();
  await handler.getByRole("button", { name: "記録して聴取する" }).click();
  const alert = handler.getByRole("dialog").getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.innerText(), /根拠:[\s\S]*第6条/);
});

// req: O-9
it("the waterworks' page of posts names the three responsibilities with their articles", async ({ visitor }) => {
  const manager = await visitor();
  await signIn(manager, "osaka-waterworks", "unyo");
  await manager.goto("/people?tab=posts");
  await manager.getByRole("main").getByText("システム運用管理責任者").first().waitFor();
  const text = await manager.getByRole("main").innerText();
  for (const [post, article] of [["システム運用管理責任者", "第9条第1項"], ["情報セキュリティ担当者", "第9条第2項"], ["通話録音装置管理責任者", "第9条第3項"]]) {
    assert.match(text, new RegExp(`${post}[\\s\\S]{0,40}${article}`));
  }
});
