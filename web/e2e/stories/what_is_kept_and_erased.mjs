/** What is kept until when and why, what will be erased on a day, how full the store is, and an amendment by two persons. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SIGNING_KEY, VERIFY } from "../harness/platform.mjs";
import { ask, certificateIssued, signIn } from "../harness/portal.mjs";
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
  await manager.getByRole("table", { name: "自動処理" }).waitFor();
});

// req: KB-3
it("what was erased is proved by a certificate that anybody can check: found from the call, saved, verified, and not with one letter changed", async ({ visitor }) => {
  const manager = await visitor({ acceptDownloads: true });
  await signIn(manager, "kobe", "kanri");
  const { id, recording } = await certificateIssued(manager);
  await manager.goto("/retention?tab=certificates");
  const row = manager.getByRole("region", { name: "消去証明書" }).getByRole("row").filter({ hasText: "保存期間の満了" }).first();
  assert.match(await row.innerText(), /項目3\(4\)/);
  await row.getByRole("rowheader").getByRole("link").click();
  await manager.getByRole("heading", { name: "次の録音は消去され、復元できないことを確認しました。" }).waitFor();
  await manager.getByText("鍵がないため復号できません").waitFor();
  await manager.getByText("保管場所に残る版: 0件").waitFor();
  const saved = manager.waitForEvent("download");
  await manager.getByRole("link", { name: "原文を保存" }).click();
  const text = readFileSync(await (await saved).path(), "utf8");
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  try {
    const file = join(folder, "certificate.txt");
    const verify = (octets) => {
      writeFileSync(file, octets);
      return execFileSync(VERIFY, ["verify", "--key", SIGNING_KEY, file], { encoding: "utf8", stdio: "pipe" });
    };
    const said = verify(text);
    assert.ok(said.includes(recording) && said.includes(id), said);
    assert.throws(() => verify(text.replace(recording, recording.replace(/^./, (first) => (first === "0" ? "1" : "0")))));
  } finally {
    rmSync(folder, { recursive: true });
  }
  // the call stays in the log, and leads to the certificate
  await manager.getByRole("link", { name: "この録音の通話を見る" }).click();
  await manager.getByText("消去が確定しているため").waitFor();
  await manager.getByRole("region", { name: "消去証明書" }).getByRole("link").click();
  await manager.waitForURL(`/certificates/${id}`);
});
