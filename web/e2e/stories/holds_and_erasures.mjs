/** A recording is held on a search result, kept while one asks and until another releases; its erasure is asked for and refused while it is needed. */
import assert from "node:assert/strict";
import { ask, auditRows, signIn } from "../harness/portal.mjs";
import { it } from "../harness/stories.mjs";

/** The newest of which nothing was decided yet. */
const firstRecording = async (page) => (await ask(page, "/v1/recordings?limit=20")).body.items.find((one) => one.state === "primary" && one.active_holds === 0);

/** Fills the dialog that places a hold, and presses. */
async function place(dialog, ground, reason, press) {
  await dialog.getByLabel(/^事由/).selectOption({ label: ground });
  await dialog.getByLabel(/^理由/).fill(reason);
  await dialog.getByLabel(/^要請・指示元/).fill("見本警察署 照会書 第12号");
  await dialog.getByRole("button", { name: press }).click();
  await dialog.waitFor({ state: "detached" });
}

// req: P-5, P-7
it("investigators ask: the manager holds what a search finds, and lets go of it later", async ({ visitor }) => {
  const manager = await visitor();
  await signIn(manager, "takikawa", "kanri");
  await manager.goto("/recordings");
  const recording = await firstRecording(manager);
  const number = recording.caller.number;
  await manager.goto(`/recordings?number=${number}`);
  await manager.getByRole("button", { name: "検索結果を保全" }).click();
  const dialog = manager.getByRole("dialog", { name: "録音を保全" });
  const count = (await ask(manager, `/v1/holds/selection?number=${number}`)).body.count;
  await dialog.getByText(`${count}件の録音が対象です`).waitFor();
  await dialog.getByRole("button", { name: `この${count}件で進む` }).click();
  const reason = `傷害事件の捜査のため ${Date.now()}`;
  await place(dialog, "捜査機関の要請", reason, count === 1 ? "保全する" : `${count}件を保全する`);
  await manager.goto(`/recordings/${recording.id}`);
  const panel = manager.getByRole("region", { name: "保全と消去" });
  await panel.getByText(reason).waitFor();
  assert.ok(await panel.getByText("第7条第1項ただし書").first().isVisible(), "the article stands beside it");
  const found = manager.getByRole("region", { name: "録音の検索結果" }).locator(`a[href="/recordings/${recording.id}"]`);
  await manager.goto("/recordings");
  await manager.getByText("詳しい条件").click();
  await manager.getByLabel("保全中の録音だけ").check();
  await manager.getByRole("search").getByRole("button", { name: "検索", exact: true }).click();
  await manager.waitForURL(/held=yes/);
  await manager.getByRole("list", { name: "検索条件" }).getByText("保全中の録音だけ").waitFor();
  await found.waitFor();
  const held = (await ask(manager, "/v1/recordings?held=true")).body.items;
  assert.ok(held.every((one) => one.active_holds > 0), "nothing else is found");
  await manager.goto("/holds");
  const row = manager.getByRole("row").filter({ hasText: reason });
  await row.getByRole("button", { name: /保全を解除$/ }).click();
  const release = manager.getByRole("dialog", { name: "保全を解除しますか" });
  await release.getByLabel(/^解除の理由/).fill("終結した");
  await release.getByRole("button", { name: "解除する" }).click();
  await row.waitFor({ state: "detached" });
  await manager.goto("/holds?standing=released");
  await manager.getByRole("row").filter({ hasText: reason }).waitFor();
  await manager.goto("/recordings?held=yes");
  await manager.getByRole("list", { name: "検索条件" }).waitFor();
  await manager.getByRole("region", { name: "録音の検索結果" }).getByRole("status").waitFor();
  assert.equal(await found.count(), 0, "it is held no longer");
  const rows = await auditRows(manager, "保全");
  await rows.filter({ hasText: "保全の解除" }).first().waitFor();
});

// req: P-7, O-6.3
it("two persons release where the rules say so, and an erasure is refused while the case is open", async ({ visitor }) => {
  const deputy = await visitor();
  await signIn(deputy, "osaka-waterworks", "rokuon");
  await deputy.goto("/recordings");
  const recording = await firstRecording(deputy);
  await deputy.goto(`/recordings/${recording.id}`);
  await deputy.getByRole("region", { name: "保全と消去" }).getByRole("button", { name: "保全する" }).click();
  const reason = `対応中の事案 ${Date.now()}`;
  await place(deputy.getByRole("dialog", { name: "録音を保全" }), "未解決の対応事案", reason, "保全する");
  await deputy.getByRole("button", { name: "消去の申出を登録" }).click();
  const asking = deputy.getByRole("dialog", { name: "消去の申出の登録" });
  const requester = `見本 申出 ${Date.now()}`;
  await asking.getByLabel(/^申出者/).fill(requester);
  await asking.getByLabel(/^本人確認の方法/).fill("運転免許証の提示");
  await asking.getByLabel(/^申出の理由/).fill("私的な内容があるため");
  await asking.getByRole("button", { name: "登録する" }).click();
  await asking.waitFor({ state: "detached" });
  await deputy.getByRole("region", { name: "消去の申出" }).getByRole("link", { name: requester }).waitFor();

  const head = await visitor();
  await signIn(head, "osaka-waterworks", "unyo");
  await head.goto("/erasures");
  await head.getByRole("link", { name: requester }).click();
  await head.getByText(/に当たる間は消去できません/).waitFor();
  head.willBeRefused(/\/approve$/, 409);
  await head.getByRole("button", { name: "承認", exact: true }).click();
  const approving = head.getByRole("dialog", { name: "消去を承認しますか" });
  await approving.getByLabel(/^決定の理由/).fill("申出のとおり");
  await approving.getByRole("button", { name: "消去を承認する" }).click();
  await approving.getByRole("alert").filter({ hasText: "第6条第3項" }).waitFor();
  await approving.getByRole("button", { name: "やめる" }).or(approving.getByRole("button", { name: "キャンセル" })).first().click();
  await head.getByRole("button", { name: "拒否", exact: true }).click();
  const refusing = head.getByRole("dialog", { name: "消去を拒否しますか" });
  await refusing.getByLabel(/^規程の定める事由/).selectOption({ label: "未解決の対応事案" });
  await refusing.getByLabel(/^決定の理由/).fill("事案が続いているため");
  await refusing.getByRole("button", { name: "拒否する" }).click();
  await head.getByText("不服申立ての期間が終わるまで保全:").waitFor();

  await head.goto("/holds");
  const row = head.getByRole("row").filter({ hasText: reason });
  await row.waitFor();
  assert.equal(await row.getByRole("button", { name: /保全を解除$/ }).count(), 0, "nobody has asked for it yet");
  await deputy.goto("/holds");
  await deputy.getByRole("row").filter({ hasText: reason }).getByRole("button", { name: /解除を申請$/ }).click();
  const releaseAsked = deputy.getByRole("dialog", { name: "保全の解除を申請しますか" });
  await releaseAsked.getByLabel(/^解除してよい理由/).fill("解決した");
  await releaseAsked.getByRole("button", { name: "申請する" }).click();
  await releaseAsked.waitFor({ state: "detached" });
  await head.goto("/holds?standing=release_asked");
  await head.getByRole("row").filter({ hasText: reason }).getByRole("button", { name: /保全を解除$/ }).click();
  const release = head.getByRole("dialog", { name: "保全を解除しますか" });
  await release.getByText(/が解除を申請しています/).waitFor();
  await release.getByLabel(/^解除の理由/).fill("確認した");
  await release.getByRole("button", { name: "解除する" }).click();
  await head.getByRole("row").filter({ hasText: reason }).waitFor({ state: "detached" });
});
