/** Every page at 1280 px and at 200 % zoom: axe-core finds nothing, nothing scrolls sideways; and the main job by keyboard alone. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { violations } from "../harness/axe.mjs";
import { PAGES, settle } from "../harness/pages.mjs";
import { signIn, tabTo } from "../harness/portal.mjs";
import { person } from "../harness/platform.mjs";
import { it } from "../harness/stories.mjs";

const VIEWS = {
  "1280 px": { viewport: { width: 1280, height: 900 } },
  // twice as large on the same screen: half the pixels of the style sheet
  "200 % zoom": { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 },
};

/** Where pictures of the pages go when they are asked for. */
const PICTURES = process.env.ROKUON_SCREENSHOTS === "1" ? new URL("../../../docs/screenshots/", import.meta.url).pathname : undefined;
if (PICTURES !== undefined) mkdirSync(PICTURES, { recursive: true });

/** Walks through pages, and checks each. */
async function walk(visitor, view, pages) {
  const faults = [];
  let page;
  let signedInAs;
  for (const entry of pages) {
    if (entry.view !== undefined && VIEWS[entry.view] !== view) continue;
    if (page === undefined || signedInAs !== entry.as) {
      page = await visitor(view);
      signedInAs = entry.as;
      if (entry.as !== undefined) await signIn(page, ...entry.as.split("/"));
    }
    for (const [path, status] of entry.refused ?? []) page.willBeRefused(path, status);
    await entry.go(page);
    await settle(page);
    if (PICTURES !== undefined && view === VIEWS["1280 px"]) await page.screenshot({ path: `${PICTURES}${entry.name}.png`, animations: "disabled", caret: "hide" });
    faults.push(...(await violations(page)).map((fault) => `${entry.name}: ${fault}`));
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (sideways > 0) faults.push(`${entry.name}: scrolls sideways by ${sideways} px`);
  }
  assert.equal(faults.join("\n"), "");
}

for (const [name, view] of Object.entries(VIEWS)) {
  // req: P-5
  it(`at ${name} the open pages and the way in have no barrier`, ({ visitor }) => walk(visitor, view, PAGES.filter((entry) => entry.part === "open")));
  // req: P-5
  it(`at ${name} finding and hearing recordings has no barrier`, ({ visitor }) => walk(visitor, view, PAGES.filter((entry) => entry.part === "recordings")));
  // req: P-5
  it(`at ${name} people, trail, rules and connections have no barrier`, ({ visitor }) => walk(visitor, view, PAGES.filter((entry) => entry.part === "office")));
}

// req: P-5
it("by keyboard alone a clerk signs in, searches, opens a recording and hears it", async ({ visitor }) => {
  const clerk = await visitor();
  const keys = clerk.keyboard;
  await clerk.goto("/t/toyonaka/sign-in");
  await clerk.getByRole("heading", { level: 1 }).waitFor();
  await tabTo(clerk, clerk.getByRole("textbox", { name: /^ID/ }));
  await keys.type("tori01");
  await keys.press("Tab");
  await keys.type(person("toyonaka", "tori01").password);
  await keys.press("Enter");
  await clerk.waitForURL(/\/recordings/);
  await clerk.getByText(/^3件$/).waitFor();
  // a new page begins at its heading, past the menu
  assert.equal(await clerk.evaluate(() => document.activeElement.textContent), "録音を探す");
  await tabTo(clerk, clerk.getByRole("textbox", { name: "電話番号" }));
  await keys.type("0011");
  await keys.press("Tab");
  await keys.press("ArrowDown");
  await tabTo(clerk, clerk.getByRole("search").getByRole("button", { name: "検索", exact: true }));
  await keys.press("Enter");
  await clerk.waitForURL(/number=0011&match=suffix/);
  await clerk.getByText(/^1件$/).waitFor();
  await tabTo(clerk, clerk.getByRole("rowheader").getByRole("link"));
  await keys.press("Enter");
  const ask = clerk.getByRole("button", { name: "目的を選んで再生" });
  await ask.waitFor();
  await tabTo(clerk, ask);
  await keys.press("Enter");
  const dialog = clerk.getByRole("dialog", { name: "利用目的の選択" });
  await dialog.waitFor();
  await keys.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal(await clerk.evaluate(() => document.activeElement.textContent.trim()), "目的を選んで再生");
  await keys.press("Enter");
  await tabTo(clerk, dialog.getByRole("radio").first());
  await keys.press("Space");
  await tabTo(clerk, dialog.getByRole("button", { name: "記録して聴取する" }));
  await keys.press("Enter");
  await clerk.waitForFunction(() => document.querySelector("audio").currentTime > 0.5);
  // the keyboard stands on the play button now: space stops the sound
  assert.equal(await clerk.evaluate(() => document.activeElement.getAttribute("aria-label")), "一時停止");
  await keys.press("Space");
  await clerk.waitForFunction(() => document.querySelector("audio").paused);
});
