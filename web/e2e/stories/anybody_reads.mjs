/** What is open to read: the citizens' notice, the rules, where a PBX must point; in both languages and both calendars. */
import assert from "node:assert/strict";
import { ask, signIn } from "../harness/portal.mjs";
import { it } from "../harness/stories.mjs";

// req: T-4
it("a citizen reads the public notice without signing in, in Japanese and in English", async ({ visitor }) => {
  const citizen = await visitor();
  await citizen.goto("/t/toyonaka");
  await citizen.getByRole("heading", { level: 1, name: "通話の録音について" }).waitFor();
  const text = await citizen.getByRole("main").innerText();
  assert.match(text, /豊中市/);
  assert.match(text, /第4条/);
  assert.match(text, /31日/);
  assert.match(text, /広報戦略課/);
  assert.equal(await citizen.getByRole("navigation", { name: "主なメニュー" }).count(), 0);
  await citizen.getByRole("button", { name: "English" }).click();
  await citizen.getByRole("heading", { level: 1, name: "Your call is recorded" }).waitFor();
  assert.equal(await citizen.locator("html").getAttribute("lang"), "en");
});

// req: TK-5, I-4
it("every city's notice stands at its own address, and an unknown city has none", async ({ visitor }) => {
  const citizen = await visitor();
  citizen.willBeRefused(/^\/v1\/public\/atlantis$/, 404);
  for (const [city, name] of [["osaka-waterworks", "大阪市水道局"], ["takikawa", "滝川市"], ["ichinomiya", "一宮市"], ["kobe", "神戸市"]]) {
    await citizen.goto(`/t/${city}`);
    await citizen.getByText(name).first().waitFor();
    assert.match(await citizen.getByRole("main").innerText(), /根拠:/);
  }
  await citizen.goto("/t/atlantis");
  await citizen.getByRole("heading", { name: "ページが見つかりません" }).waitFor();
});

// req: P-5
it("a handler reads the city's rules, each beside its article, and the file they come from", async ({ visitor }) => {
  const handler = await visitor();
  await signIn(handler, "toyonaka", "tori01");
  await handler.goto("/");
  await handler.getByRole("link", { name: "規程" }).click();
  const main = handler.getByRole("main");
  await main.getByText("豊中市総合コールセンター通話録音装置の管理及び運用に関する要綱").waitFor();
  const kept = main.getByRole("listitem").filter({ hasText: "第5条第2項" }).filter({ hasText: "31日" }).first();
  await kept.waitFor();
  await handler.getByRole("tab", { name: "原文(TOML)" }).click();
  await main.getByText('tenant = "toyonaka"').waitFor();
  assert.match(handler.url(), /tab=text/);
});

// req: P-2
it("the custodian sees where to point the PBX and when the last call came", async ({ visitor }) => {
  const custodian = await visitor();
  await signIn(custodian, "toyonaka", "kanri");
  await custodian.goto("/connections");
  const row = custodian.getByRole("row").filter({ hasText: "コールセンター交換機" });
  await row.waitFor();
  assert.match(await row.innerText(), /順調|注意/);
  const { body } = await ask(custodian, "/v1/connections");
  const connection = body.items.find((one) => one.name.includes("コールセンター交換機"));
  await row.getByRole("link").click();
  await custodian.getByRole("tab", { name: "状態" }).waitFor();
  const health = custodian.getByRole("tabpanel");
  await health.getByText(/令和\d+年/).first().waitFor();
  assert.match(await health.innerText(), /最後の通話\s*令和\d+年/);
  await custodian.getByRole("tab", { name: "PBXへの設定" }).click();
  const text = await custodian.getByRole("tabpanel").innerText();
  for (const address of connection.address) assert.ok(text.includes(address), `${address} is shown`);
  await custodian.getByRole("link", { name: "接続の一覧" }).click();
  await custodian.getByRole("button", { name: "接続を追加" }).click();
  const dialog = custodian.getByRole("dialog", { name: "接続の追加" });
  await dialog.getByLabel(/許可する接続元/).fill("192.0.2.300");
  await dialog.getByRole("button", { name: "追加する" }).click();
  await dialog.getByText(/形が正しくありません/).waitFor();
});

// req: P-5
it("days are Japan's and in the era calendar wherever the reader's clock stands", async ({ visitor }) => {
  const reader = await visitor({ timezoneId: "America/New_York" });
  await signIn(reader, "toyonaka", "tori01");
  const { body } = await ask(reader, "/v1/recordings?limit=1");
  const tokyo = new Date(Date.parse(body.items[0].started_at) + 9 * 3600_000);
  const day = `令和${tokyo.getUTCFullYear() - 2018}年(${tokyo.getUTCFullYear()}年)${tokyo.getUTCMonth() + 1}月${tokyo.getUTCDate()}日`;
  await reader.goto(`/recordings/${body.items[0].id}`);
  const heading = reader.getByRole("heading", { level: 1 });
  await heading.waitFor();
  const time = `${String(tokyo.getUTCHours()).padStart(2, "0")}:${String(tokyo.getUTCMinutes()).padStart(2, "0")}`;
  const text = await heading.innerText();
  assert.ok(text.includes(day) && text.includes(time), `${text} is ${day} ${time}`);
  await reader.getByRole("button", { name: "English" }).click();
  await reader.getByText(new RegExp(`Reiwa ${tokyo.getUTCFullYear() - 2018}`)).first().waitFor();
  await reader.reload();
  await reader.getByRole("link", { name: /Back to/ }).waitFor();
  assert.equal(await reader.locator("html").getAttribute("lang"), "en");
});

// req: P-5
it("a search stands in the address: it survives a reload and can be taken apart", async ({ visitor }) => {
  const clerk = await visitor();
  await signIn(clerk, "kobe", "kanri");
  await clerk.goto("/recordings");
  await clerk.getByText("7日間", { exact: true }).click();
  await clerk.waitForURL(/range=7d/);
  await clerk.getByText("詳しい条件").click();
  await clerk.getByRole("combobox", { name: "向き" }).selectOption({ label: "内線" });
  await clerk.getByRole("textbox", { name: "名前・番号の一部" }).fill("こども");
  await clerk.getByRole("search").getByRole("button", { name: "検索", exact: true }).click();
  await clerk.waitForURL(/direction=internal/);
  await clerk.getByText(/^1件$/).waitFor();
  const address = clerk.url();
  await clerk.reload();
  await clerk.getByText(/^1件$/).waitFor();
  assert.equal(clerk.url(), address);
  assert.equal(await clerk.getByRole("textbox", { name: "名前・番号の一部" }).inputValue(), "こども");
  assert.equal(await clerk.getByRole("combobox", { name: "向き" }).inputValue(), "internal");
  await clerk.getByRole("button", { name: /条件「内線」を外す/ }).click();
  await clerk.waitForURL((url) => !url.search.includes("direction"));
  await clerk.getByText(/^2件$/).waitFor();
  await clerk.goBack();
  await clerk.getByText(/^1件$/).waitFor();
});

// req: T-2
it("a call to a number that is not listed is not kept, and is counted with the article", async ({ visitor }) => {
  const custodian = await visitor();
  await signIn(custodian, "toyonaka", "kanri");
  await custodian.goto("/recordings?number=0014&match=suffix");
  await custodian.getByText("条件に合う録音はありません").waitFor();
  await custodian.goto("/calls");
  const counts = custodian.getByRole("region", { name: "録音しなかった通話の件数" });
  const row = counts.getByRole("row").filter({ hasText: "対象回線ではない" }).first();
  await row.waitFor();
  assert.match(await row.innerText(), /第2条第1号\s+\d+$/);
  assert.doesNotMatch(await custodian.getByRole("main").innerText(), /090-0000-0014/);
});
