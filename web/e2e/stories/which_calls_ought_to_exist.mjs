/** The manager keeps the operating calendar, reads the coverage, and has the exchange's call records compared. */
import assert from "node:assert/strict";
import { ask, signIn } from "../harness/portal.mjs";
import { it } from "../harness/stories.mjs";

/** A civil day of Japan, so many days from now. */
const dayFromNow = (days) => new Date(Date.now() + 9 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);

// req: T-5.1
it("a special day is entered with its reason, counts in the calendar, and is taken back", async ({ visitor }) => {
  const manager = await visitor();
  await signIn(manager, "toyonaka", "kanri");
  const day = dayFromNow(40);
  await manager.goto(`/coverage?tab=calendar&month=${day.slice(0, 7)}`);
  // the ordinance asks for the hours
  await manager.getByText("第5条第1項").first().waitFor();
  await manager.getByRole("button", { name: "特別な日を追加" }).click();
  const dialog = manager.getByRole("dialog", { name: "特別な日を追加" });
  await dialog.getByLabel("日", { exact: false }).first().fill(day);
  await dialog.getByLabel(/^理由/).fill("停電のため休館");
  await dialog.getByRole("button", { name: "保存" }).click();
  const listed = manager.getByRole("listitem").filter({ hasText: "停電のため休館" });
  await listed.waitFor();
  const calendar = await ask(manager, `/v1/operating-calendar?from=${day}&to=${day}`);
  assert.deepEqual([calendar.body.days[0].source, calendar.body.days[0].hours], ["special_day", []]);
  await listed.getByRole("button", { name: /^取り消す/ }).click();
  await listed.waitFor({ state: "detached" });
});

// req: T-5.1
it("the exchange's call records are compared: the demo's call is found, one on another line need not be there", async ({ visitor }) => {
  const manager = await visitor();
  await signIn(manager, "toyonaka", "kanri");
  await manager.goto("/recordings");
  const { body: page } = await ask(manager, "/v1/recordings?limit=1");
  const call = page.items[0];
  const japan = (instant) => new Date(Date.parse(instant) + 9 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
  const lines = ["start,src,dst,billsec", `${japan(call.started_at)},${call.caller.number},${call.called.number},${Math.round(call.duration_seconds)}`, `${japan(call.started_at)},09000000099,0600001234,30`];
  await manager.goto(`/expected-calls?from=${japan(call.started_at).slice(0, 10)}&to=${dayFromNow(0)}`);
  await manager.getByLabel("ファイル").setInputFiles({ name: `cdr-${Date.now()}.csv`, mimeType: "text/csv", buffer: Buffer.from(lines.join("\r\n")) });
  await manager.getByRole("button", { name: "取り込む", exact: true }).click();
  await manager.getByText(/2行のうち\d件を新しく取り込みました/).waitFor();
  await manager.getByRole("list", { name: "照合の結果" }).getByText("対象回線ではない").waitFor({ timeout: 120_000 });
  await manager.getByRole("button", { name: /録音あり/ }).click();
  await manager.getByRole("table", { name: "録音あり" }).getByRole("row").nth(1).waitFor();
});
