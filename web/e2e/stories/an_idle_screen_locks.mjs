/** A desk left alone covers itself, and opens again where it was. */
import assert from "node:assert/strict";
import { person } from "../harness/platform.mjs";
import { signIn } from "../harness/portal.mjs";
import { it } from "../harness/stories.mjs";

// req: KB-6
it("an idle screen warns, then locks and shows nothing; the password brings the same page back", async ({ visitor }) => {
  const clerk = await visitor();
  clerk.willBeRefused(/^\/v1\/me$/, 401);
  await clerk.clock.install();
  await signIn(clerk, "kobe", "kanri");
  await clerk.goto("/audit?kind=sign_in");
  await clerk.getByRole("region", { name: "操作記録" }).waitFor();
  // Kobe's policy locks after ten minutes
  await clerk.clock.fastForward("09:05");
  const warning = clerk.getByRole("dialog", { name: "まもなく画面をロックします" });
  await warning.waitFor();
  assert.match(await warning.innerText(), /10分[\s\S]*あと\d+秒/);
  await warning.getByRole("button", { name: "続けて使う" }).click();
  await warning.waitFor({ state: "detached" });

  // this browser's ten minutes did not pass at the server: its answer after them is laid out here
  const asked = [];
  let signsIn = false;
  await clerk.route(/\/v1\/me$/, (route) => {
    // the page asks every second: until it signs in, the session it still has would open it again by itself
    if (signsIn) return route.continue();
    asked.push(route.request().headers()["x-rokuon-background"]);
    return route.fulfill({ status: 401, contentType: "application/problem+json", body: JSON.stringify({ type: "urn:rokuon:problem:session-locked", title: "ロックされています", status: 401 }) });
  });
  await clerk.clock.fastForward("10:05");
  await clerk.getByRole("heading", { name: "画面をロックしました" }).waitFor();
  assert.deepEqual([...new Set(asked)], ["1"]);
  const text = await clerk.locator("body").innerText();
  assert.doesNotMatch(text, /操作記録/);
  assert.match(text, /10分間操作がなかった/);
  await clerk.route(/\/v1\/sign-in$/, (route) => {
    signsIn = true;
    return route.continue();
  });
  await clerk.getByLabel("パスワード").fill(person("kobe", "kanri").password);
  await clerk.getByRole("button", { name: "サインイン", exact: true }).click();
  await clerk.getByRole("heading", { name: "操作記録" }).waitFor();
  assert.match(clerk.url(), /\/audit\?kind=sign_in$/);
});
