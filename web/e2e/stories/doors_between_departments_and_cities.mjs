/** Who is kept out: another department by the article, another city as if there were nothing. */
import assert from "node:assert/strict";
import { ask, openByLastDigits, signIn } from "../harness/portal.mjs";
import { it } from "../harness/stories.mjs";

// req: TK-3
it("an operator of one department of Takikawa finds nothing of another, and its address is refused by article 6", async ({ visitor }) => {
  const taxHead = await visitor();
  await signIn(taxHead, "takikawa", "zeimu");
  const taxCall = await openByLastDigits(taxHead, "0032");

  const operator = await visitor();
  operator.willBeRefused(new RegExp(`^/v1/recordings/${taxCall}`), 403);
  await signIn(operator, "takikawa", "shimin01");
  await operator.goto("/recordings");
  await operator.getByText(/^1件$/).waitFor();
  const results = operator.getByRole("region", { name: "録音の検索結果" });
  assert.match(await results.innerText(), /市民課/);
  assert.doesNotMatch(await results.innerText(), /税務課/);
  await operator.goto("/recordings?number=0032&match=suffix");
  await operator.getByText("条件に合う録音はありません").waitFor();

  await operator.goto(`/recordings/${taxCall}`);
  const alert = operator.getByRole("alert");
  await alert.waitFor();
  const text = await alert.innerText();
  assert.match(text, /あなたの職が及ばない課の録音です/);
  assert.match(text, /第6条第1項/);
  assert.equal(await operator.getByRole("region", { name: "再生" }).count(), 0);
  assert.doesNotMatch(await operator.locator("body").innerText(), /090-0000-0032/);

  const manager = await visitor();
  await signIn(manager, "takikawa", "kanri");
  await manager.goto("/recordings");
  await manager.getByText(/^3件$/).waitFor();
});

// req: P-1
it("another city's recording is not found, word for word like one that never was", async ({ visitor }) => {
  const clerk = await visitor();
  await signIn(clerk, "toyonaka", "tori01");
  const theirs = await openByLastDigits(clerk, "0012");
  const stranger = await visitor();
  stranger.willBeRefused(/^\/v1\/recordings\//, 404);
  await signIn(stranger, "kobe", "kanri");
  const seen = [];
  for (const id of [theirs, "01a20000-0000-7000-8000-000000000000"]) {
    await stranger.goto(`/recordings/${id}`);
    const alert = stranger.getByRole("alert");
    await alert.waitFor();
    seen.push(await stranger.getByRole("main").innerText());
    const { status, body } = await ask(stranger, `/v1/recordings/${id}`);
    assert.equal(status, 404);
    assert.equal(body.article, undefined);
  }
  assert.match(seen[0], /見つかりません/);
  assert.equal(seen[0], seen[1]);
  await stranger.goto("/recordings?number=0012&match=suffix");
  await stranger.getByText("条件に合う録音はありません").waitFor();
});

// req: I-5, P-5
it("a head of department of Ichinomiya, who does not operate the system, is offered no recordings", async ({ visitor }) => {
  const head = await visitor();
  head.willBeRefused(/^\/v1\/(recordings|departments|lines)/, 403);
  await signIn(head, "ichinomiya", "kacho");
  await head.goto("/");
  await head.getByRole("heading", { level: 1, name: "規程" }).waitFor();
  const menu = head.getByRole("navigation", { name: "主なメニュー" });
  assert.deepEqual(await menu.getByRole("link").allInnerTexts(), ["規程", "保存と消去", "機器台帳"]);
  await head.goto("/recordings");
  const alert = head.getByRole("alert").first();
  await alert.waitFor();
  assert.match(await alert.innerText(), /根拠:/);
});
