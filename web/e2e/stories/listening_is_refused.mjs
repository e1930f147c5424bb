/** Listening for what the ordinance does not allow is refused, by its article, and the refusal stays in the trail. */
import assert from "node:assert/strict";
import { ask, auditRows, listen, openByLastDigits, signIn, takePurpose } from "../harness/portal.mjs";
import { it } from "../harness/stories.mjs";

/** Changes what the page sends when it asks to listen: the page offers only lawful purposes, so a refusal needs a page tampered with. */
const tamper = (page, change) =>
  page.route(/\/uses$/, (route) => {
    const body = route.request().postDataJSON();
    return route.continue({ postData: JSON.stringify(change(body)) });
  });

async function expectRefusal(page, { sentence, article }) {
  const alert = page.getByRole("dialog").getByRole("alert");
  await alert.waitFor();
  const text = await alert.innerText();
  assert.match(text, sentence);
  assert.ok(text.includes(article), `${text} names ${article}`);
  assert.equal(await page.evaluate(() => document.querySelector("audio").getAttribute("src")), null);
}

async function expectRefusedInTrail(page, { who, recording, article }) {
  const rows = await auditRows(page, "利用目的の申告");
  const row = rows.filter({ hasText: who }).filter({ hasText: "拒否" }).filter({ hasText: recording.slice(-6) }).first();
  assert.ok((await row.innerText()).includes(article), `${await row.innerText()} names ${article}`);
}

// req: KB-4, T-1
it("an assistant of Kobe may not listen about an improper demand: only the manager decides that", async ({ visitor }) => {
  const assistant = await visitor();
  assistant.willBeRefused(/\/uses$/, 403);
  await signIn(assistant, "kobe", "hojo01");
  const recording = await openByLastDigits(assistant, "0051");
  await assistant.getByRole("button", { name: "目的を選んで再生" }).click();
  const dialog = assistant.getByRole("dialog", { name: "利用目的の選択" });
  assert.equal(await dialog.getByRole("radio").count(), 1);
  assert.equal(await dialog.getByText("不当要求行為").count(), 0);
  await tamper(assistant, (body) => ({ ...body, purpose: "improper-demand", case_note: "受付 8-1122" }));
  assert.equal((await listen(assistant)).status(), 403);
  await expectRefusal(assistant, { sentence: /聴けるのは「管理責任者」だけ/, article: "要領第5条第2項" });
  const manager = await visitor();
  await signIn(manager, "kobe", "kanri");
  await expectRefusedInTrail(manager, { who: "見本 山手", recording, article: "要領第5条第2項" });
});

// req: KB-4
it("the manager of Kobe hears a case of improper demand only with a note of the case", async ({ visitor }) => {
  const manager = await visitor();
  await signIn(manager, "kobe", "kanri");
  const recording = await openByLastDigits(manager, "0052");
  const dialog = await takePurpose(manager, "不当要求行為の事案");
  await manager.getByRole("button", { name: "記録して聴取する" }).click();
  await dialog.getByText("この目的では事案メモが必要です").waitFor();
  await dialog.getByLabel(/事案メモ/).fill("受付 8-1123");
  assert.equal((await listen(manager)).status(), 201);
  await manager.getByRole("region", { name: "再生" }).getByText("要領第5条第2項").waitFor();
  const { body } = await ask(manager, `/v1/audit-events?kind=use&object=${recording}&limit=1`);
  assert.equal(body.items[0].detail.case_note, true);
});

// req: T-1
it("a purpose that needs a note is refused without one, also when the page does not ask for it", async ({ visitor }) => {
  const clerk = await visitor();
  clerk.willBeRefused(/\/uses$/, 403);
  await signIn(clerk, "toyonaka", "tori01");
  const recording = await openByLastDigits(clerk, "0013");
  await takePurpose(clerk, "緊急時の捜査機関等への情報提供", "事件 1");
  await tamper(clerk, ({ purpose }) => ({ purpose }));
  assert.equal((await listen(clerk)).status(), 403);
  await expectRefusal(clerk, { sentence: /どの事案のためかを書いてください/, article: "第1条、第3条第2項第2号" });
  const manager = await visitor();
  await signIn(manager, "toyonaka", "kanri");
  await expectRefusedInTrail(manager, { who: "見本 さくら", recording, article: "第3条第2項第2号" });
});

// req: I-7
it("an operator of Ichinomiya must choose one of the listed grounds before anything is sent", async ({ visitor }) => {
  const operator = await visitor();
  await signIn(operator, "ichinomiya", "sosa01");
  await openByLastDigits(operator, "0041");
  const asked = [];
  operator.on("request", (request) => {
    if (request.url().endsWith("/uses")) asked.push(request.url());
  });
  await operator.getByRole("button", { name: "目的を選んで再生" }).click();
  const dialog = operator.getByRole("dialog", { name: "利用目的の選択" });
  const grounds = await dialog.getByRole("radio").count();
  assert.equal(grounds, 4);
  await operator.getByRole("button", { name: "記録して聴取する" }).click();
  await dialog.getByText("利用目的を選んでください").waitFor();
  assert.deepEqual(asked, []);
  await dialog.getByRole("radio", { name: "システムの保守管理" }).check();
  const granted = await listen(operator);
  assert.equal(granted.status(), 201);
  assert.equal((await granted.json()).article_label, "第7条第2号");
});

// req: O-3, T-5.3
it("the sound cannot be fetched without signing in, nor by a colleague with the first person's link", async ({ visitor }) => {
  const clerk = await visitor();
  await signIn(clerk, "osaka-waterworks", "shokuin01");
  await openByLastDigits(clerk, "0022");
  await takePurpose(clerk, "応対品質の管理");
  const { audio_url: address } = await (await listen(clerk)).json();
  assert.equal((await ask(clerk, address)).status, 200);
  const stranger = await visitor();
  stranger.willBeRefused(/\/audio$/, 401);
  await stranger.goto("/t/osaka-waterworks");
  assert.equal((await ask(stranger, address)).status, 401);
  const colleague = await visitor();
  colleague.willBeRefused(/\/audio$/, 404);
  colleague.willBeRefused(/\/audio$/, 403);
  await signIn(colleague, "osaka-waterworks", "rokuon");
  const refused = await ask(colleague, address);
  assert.ok([403, 404].includes(refused.status), `answered ${refused.status}`);
});
