/** A browser records: the manager issues the link, the notice comes first, the microphone is published, and what was said can be heard. */
import assert from "node:assert/strict";
import { CAPTURE_LINK } from "../harness/platform.mjs";
import { ask, listen, signIn } from "../harness/portal.mjs";
import { it } from "../harness/stories.mjs";

/** Four seconds or more: the page shows each second once, and a loaded machine misses some. */
const FOUR_SECONDS = /^(0:0[4-9]|0:[1-5]\d|[1-9]\d*:\d\d)$/;
const start = (page) => page.getByRole("button", { name: "録音を始める" });

/** Registers a device of its own, issues its token in the portal and answers the link the portal shows. */
async function linkOfNewDevice(manager, name) {
  await manager.goto("/devices");
  await manager.getByRole("button", { name: "装置を登録" }).click();
  const dialog = manager.getByRole("dialog", { name: "装置の登録" });
  await dialog.getByLabel(/^番号/).fill(`M-${Date.now() % 1_000_000}`);
  await dialog.getByLabel(/^名前/).fill(name);
  await dialog.getByLabel(/^設置場所/).fill("本庁舎3階");
  await dialog.getByLabel(/^所属/).selectOption({ index: 1 });
  await dialog.getByRole("button", { name: "登録する" }).click();
  await dialog.waitFor({ state: "detached" });
  await manager.getByRole("button", { name: `${name}のトークン` }).click();
  const token = manager.getByRole("dialog", { name: `${name}のトークン` });
  await token.getByRole("button", { name: "発行する" }).click();
  const link = await token.getByRole("link", { name: "この端末で開く" }).getAttribute("href");
  const address = new URL(link);
  assert.deepEqual([address.pathname, address.search], ["/capture", ""], "the token is in no path and no query");
  return link;
}

/** Begins; the recorder knows a new token after two or three seconds. */
async function begin(page) {
  page.willBeRefused(/\/whip\//, 401);
  const running = page.getByRole("status").getByText("録音中");
  for (let attempt = 0; attempt < 60; attempt += 1) {
    await start(page).click();
    await running.or(page.getByRole("alert")).first().waitFor();
    if (await running.isVisible()) return;
    await page.waitForTimeout(1_000);
  }
  assert.fail(await page.getByRole("main").innerText());
}

// req: KB-1, P-2
it("staff record with a browser after the notice, and the recording can be heard", async ({ visitor }) => {
  const manager = await visitor();
  await signIn(manager, "kobe", "kanri");
  const name = `見本の端末${Date.now()}`;
  const link = await linkOfNewDevice(manager, name);

  const device = await visitor();
  await device.goto(link);
  const notice = (await ask(device, "/v1/public/kobe")).body.notice;
  await device.getByRole("heading", { name: notice.title.ja }).waitFor();
  for (const paragraph of notice.body) await device.getByText(paragraph.ja).waitFor();
  await device.getByLabel("録音することを相手に伝えました").check();
  await device.getByText("電話の録音なら").click();
  await device.getByLabel(/相手の電話番号/).fill("０９０-0000-0077");
  await device.getByText("こちらから掛けた").click();
  await begin(device);
  // the bar moves with the beeps of the fake microphone
  await device.waitForFunction(() => Number.parseInt(document.querySelector(".bg-green-800").style.width, 10) > 5);
  await device.getByRole("timer").getByText(FOUR_SECONDS).waitFor();
  await device.getByRole("button", { name: "録音を終える" }).click();
  await device.getByText("録音を終えました").waitFor();

  let recording;
  for (let attempt = 0; attempt < 240 && recording === undefined; attempt += 1) {
    const { body } = await ask(manager, "/v1/recordings?number_suffix=0077");
    recording = body.items.find((one) => one.device?.name === name && one.state === "primary");
    if (recording === undefined) await manager.waitForTimeout(500);
  }
  assert.ok(recording, "it is sealed");
  assert.equal(recording.called.number, "09000000077");
  assert.equal(recording.direction, "outbound");
  assert.equal(recording.announcement_status, "told_beforehand");
  const { body: picture } = await ask(manager, `/v1/recordings/${recording.id}/waveform`);
  assert.ok(picture.channels.some(({ peaks }) => peaks.some(([, high]) => high > 0.02)), "the fake microphone's beep is in it");
  await manager.goto(`/recordings/${recording.id}`);
  const facts = manager.getByRole("region", { name: "通話", exact: true });
  assert.match(await facts.innerText(), new RegExp(`録音した装置\\s*${name}\\s*本庁舎3階`));
  await manager.getByRole("button", { name: "目的を選んで再生" }).click();
  const dialog = manager.getByRole("dialog", { name: "利用目的の選択" });
  await dialog.getByRole("radio").first().check();
  const note = dialog.getByLabel(/事案メモ/);
  if (await note.isVisible()) await note.fill("見本");
  await listen(manager);
  // Opus is decoded by a build without optimisation here, which on a loaded machine takes longer than the sound
  await manager.waitForFunction(() => document.querySelector("audio").currentTime > 1, undefined, { timeout: 150_000 });
});

// req: KB-1
it("a browser without a token that opens anything is told so in both languages, and records nothing", async ({ visitor }) => {
  const device = await visitor();
  await device.goto("/capture");
  await device.getByLabel(/録音用のリンク/).fill("https://example.jp/");
  await device.getByRole("button", { name: "開く" }).click();
  await device.getByText("録音用のリンクではありません").waitFor();
  const ended = CAPTURE_LINK.replace(/token=[^&]+/, `token=${"x".repeat(52)}`);
  await device.getByLabel(/録音用のリンク/).fill(ended);
  await device.getByRole("button", { name: "開く" }).click();
  device.willBeRefused(/\/whip\//, 401);
  await start(device).click();
  await device.getByRole("alert").getByText("使えなくなっています").waitFor();
  await device.getByRole("button", { name: "English" }).click();
  await device.getByRole("alert").getByText("no longer valid").waitFor();
  assert.equal(await device.getByRole("timer").count(), 0);
});

// req: KB-1
it("a microphone that is not allowed is explained, and the page's rules let no other page use one", async ({ visitor }) => {
  const device = await visitor();
  await device.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await device.goto(CAPTURE_LINK);
  await start(device).click();
  await device.getByRole("alert").getByText("マイクの使用が許可されていません").waitFor();
  const allowed = () => device.evaluate(() => document.featurePolicy.allowsFeature("microphone"));
  assert.equal(await allowed(), true);
  await device.goto("/t/kobe");
  assert.equal(await allowed(), false);
});
