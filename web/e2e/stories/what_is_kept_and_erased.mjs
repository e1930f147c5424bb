/** What is kept until when and why, what will be erased on a day, how full the store is, and an amendment by two persons. */
import assert from "node:assert/strict";
import { ask, signIn } from "../harness/portal.mjs";
import { it } from "../harness/stories.mjs";

/** A civil day of Japan, so many days from now. */
const dayFromNow = (days) => new Date(Date.now() + 9 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);

// req: O-6.1
it("a bureau's two places and twelve months stand with their article, and with the last day of a call of today", async ({ visitor }) => {
  const manager = await visitor();
  await signIn(manager, "osaka-waterworks", "unyo");
  await manager.goto("/retention");
  const audio = manager.getByRole("region", { name: /通話の録音/ });
  await audio.waitFor();
  assert.ok(await audio.getByText("第6条第1項", { exact: true }).first().isVisible());
  assert.equal(await audio.getByRole("list", { name: "保存の流れ" }).getByText("6か月", { exact: true }).count(), 2);
  const { body } = await ask(manager, "/v1/retention");
  const [rule] = body.rules;
  const shown = await audio.getByRole("time").first().getAttribute("datetime");
  assert.equal(shown, rule.todays_last_day);
  assert.ok(rule.kept.primary > 0, "the demo's calls are kept");
});

it("the demo's calls will be erased on their day: counted by article, one opens from the list", async ({ visitor }) => {
  const manager = await visitor();
  await signIn(manager, "toyonaka", "kanri");
  await manager.goto("/retention?tab=forecast");
  await manager.getByText("この日までに消去されるものはありません。").waitFor();
  await manager.getByLabel("日を選ぶ").fill(dayFromNow(40));
  const table = manager.getByRole("table", { name: "条項ごとの件数" });
  await table.waitFor();
  const { body } = await ask(manager, `/v1/deletion-forecast?day=${dayFromNow(40)}`);
  assert.ok(body.recordings > 0);
  assert.ok(await table.getByText(body.counts[0].article_label, { exact: true }).first().isVisible());
  await manager.getByRole("table", { name: "消去されるものの例" }).getByRole("link").first().click();
  await manager.getByRole("region", { name: "再生" }).waitFor();
});

// req: TK-7.1
it("where capacity decides, the store's gauge says how full it is and where the oldest gives way", async ({ visitor }) => {
  const manager = await visitor();
  await signIn(manager, "takikawa", "kanri");
  await manager.goto("/storage");
  const meter = manager.getByRole("meter", { name: "容量の使用率" });
  await meter.waitFor();
  const { body } = await ask(manager, "/v1/storage-health");
  assert.equal(body.keys, "available");
  assert.ok(body.capacity.used_octets > 0 && body.capacity.used_octets < body.capacity.threshold_octets);
  assert.ok(await manager.getByText("鍵は使えます。録音を聴くことができます。").isVisible());
  await manager.getByRole("table", { name: "自動で行う作業" }).waitFor();
});
