/** A clerk finds a call, says for what, and hears it; the trail says so. */
import assert from "node:assert/strict";
import { ask, audio, auditRows, findByLastDigits, heardPast, listen, openByLastDigits, openFound, signIn, signInByForm, takePurpose } from "../harness/portal.mjs";
import { it } from "../harness/stories.mjs";

const PURPOSE_ARTICLE = "第1条、第3条第2項第2号";

/** Bars of one lane of the waveform: how tall each column of pixels is. */
const lanes = (page) =>
  page.getByRole("region", { name: "再生" }).locator("canvas").evaluateAll((canvases) =>
    canvases.map((canvas) => {
      const { width, height } = canvas;
      const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
      const columns = [];
      for (let x = 0; x < width; x += 1) {
        let tall = 0;
        for (let y = 0; y < height - 3; y += 1) if (data[(y * width + x) * 4 + 3] > 0) tall += 1;
        columns.push(tall);
      }
      return columns;
    }),
  );

// req: T-1, T-5.3, P-5
it("a clerk signs in, finds a call by its last digits, chooses a purpose and hears it; the trail shows who heard what and why", async ({ visitor }) => {
  const clerk = await visitor();
  await signInByForm(clerk, "toyonaka", "tori01");
  await findByLastDigits(clerk, "0011");
  const row = clerk.getByRole("row").filter({ hasText: "090-0000-0011" });
  assert.match(await row.innerText(), /06-6858-5050[\s\S]*総合コールセンター/);
  const id = await openFound(clerk);
  const { body: recording } = await ask(clerk, `/v1/recordings/${id}`);

  // nothing to hear before a purpose
  assert.equal(await clerk.evaluate(() => document.querySelector("audio").getAttribute("src")), null);
  assert.ok(await clerk.getByRole("button", { name: "再生", exact: true }).isDisabled());
  const dialog = await takePurpose(clerk, "応対品質の向上");
  assert.ok(await dialog.getByText(PURPOSE_ARTICLE).first().isVisible());
  const granted = await listen(clerk);
  assert.equal(granted.status(), 201);
  const grantedUse = await granted.json();
  await heardPast(clerk, 1);

  // the length of what plays is the length of the call
  const { duration } = await audio(clerk);
  assert.ok(Math.abs(duration - recording.duration_seconds) < 0.1, `${duration} s of sound for a call of ${recording.duration_seconds} s`);
  const drawn = await lanes(clerk);
  assert.equal(drawn.length, 2);
  for (const lane of drawn) {
    assert.ok(new Set(lane).size > 8, "a lane is flat");
    assert.ok(Math.max(...lane) > 20, "a lane is empty");
  }
  assert.notDeepEqual(drawn[0], drawn[1]);

  // the keyboard moves, one second a press and to the ends
  const slider = clerk.getByRole("slider", { name: "再生位置" });
  await clerk.keyboard.press("k");
  await clerk.getByRole("button", { name: "再生", exact: true }).waitFor();
  const { currentTime: pausedAt } = await audio(clerk);
  await slider.focus();
  await clerk.keyboard.press("Home");
  for (let press = 0; press < 5; press += 1) await clerk.keyboard.press("Shift+ArrowRight");
  await clerk.waitForFunction(() => Math.abs(document.querySelector("audio").currentTime - 5) < 0.05);
  assert.equal(await slider.getAttribute("aria-valuenow"), "5");
  await clerk.keyboard.press("l");
  await clerk.waitForFunction(() => Math.abs(document.querySelector("audio").currentTime - 15) < 0.05);
  await clerk.keyboard.press("k");
  await heardPast(clerk, 16);
  await clerk.keyboard.press("k");
  await clerk.getByRole("button", { name: "再生", exact: true }).waitFor();
  const { currentTime: stoppedAt } = await audio(clerk);
  const told = clerk.waitForResponse((response) => response.url().endsWith("/heard") && response.request().postDataJSON().ended === true);
  await clerk.getByRole("link", { name: "検索結果へ戻る" }).click();
  assert.equal((await told).status(), 204);
  await clerk.waitForURL(/match=suffix/);

  // the manager reads it in the trail
  const manager = await visitor();
  await signIn(manager, "toyonaka", "kanri");
  const uses = await auditRows(manager, "利用目的の申告");
  const use = uses.filter({ hasText: "見本 さくら" }).filter({ hasText: id.slice(-6) }).filter({ hasText: "実施" }).first();
  assert.match(await use.innerText(), new RegExp(PURPOSE_ARTICLE));
  const plays = (await auditRows(manager, "聴取")).filter({ hasText: "見本 さくら" }).filter({ hasText: id.slice(-6) });
  assert.match(await plays.filter({ hasText: "聴取の開始" }).first().innerText(), new RegExp(PURPOSE_ARTICLE));
  await plays.filter({ hasText: "聴取の終了" }).first().getByRole("button").click();
  const { body: trail } = await ask(manager, `/v1/audit-events?kind=play.stop&object=${id}&limit=1`);
  const [event] = trail.items;
  assert.equal(event.detail.use, grantedUse.id);
  const { heard } = event.detail;
  assert.equal(heard.length, 2, JSON.stringify(heard));
  assert.ok(heard[0][0] < 0.1 && heard[0][1] >= 1 && Math.abs(heard[0][1] - pausedAt) < 0.3, `${JSON.stringify(heard)}, paused at ${pausedAt}`);
  assert.ok(Math.abs(heard[1][0] - 15) < 0.3 && Math.abs(heard[1][1] - stoppedAt) < 0.3, `${JSON.stringify(heard)}, stopped at ${stoppedAt}`);
  const shown = await manager.getByRole("dialog", { name: "聴取の終了" }).innerText();
  assert.match(shown, /聴いた範囲[\s\S]*0:00–0:\d\d[\s\S]*0:1[45]–0:\d\d/);
});

// req: P-5
it("a clerk silences one side of a call, and only that side", async ({ visitor }) => {
  const clerk = await visitor();
  // listens at both sides' volume knobs, behind the page's back
  await clerk.addInitScript(() => {
    const make = BaseAudioContext.prototype.createGain;
    globalThis.sides = [];
    BaseAudioContext.prototype.createGain = function () {
      const gain = make.call(this);
      const ear = this.createAnalyser();
      ear.fftSize = 16_384;
      gain.connect(ear);
      globalThis.sides.push(ear);
      return gain;
    };
  });
  await signIn(clerk, "osaka-waterworks", "shokuin01");
  const id = await openByLastDigits(clerk, "0021");
  // the second in which the called side is loudest
  const { body: waveform } = await ask(clerk, `/v1/recordings/${id}/waveform?points=400`);
  const swing = waveform.channels[1].peaks.map(([low, high]) => Math.max(-low, high));
  const loudest = Math.max(0, Math.floor((swing.indexOf(Math.max(...swing)) / 400) * waveform.duration_seconds) - 1);
  await takePurpose(clerk, "応対品質の管理");
  await listen(clerk);
  await heardPast(clerk, 0.2);
  /** The loudest either side gets over that stretch of the recording; gone to in the page, for sound goes on while keys are pressed. */
  const hear = () =>
    clerk.evaluate(async ([from, until]) => {
      const most = [0, 0];
      const element = document.querySelector("audio");
      element.currentTime = from;
      if (element.paused) await element.play();
      while (element.currentTime < until) {
        await new Promise((next) => setTimeout(next, 20));
        globalThis.sides.forEach((ear, side) => {
          const samples = new Float32Array(ear.fftSize);
          ear.getFloatTimeDomainData(samples);
          for (const sample of samples) most[side] = Math.max(most[side], Math.abs(sample));
        });
      }
      return most;
    }, [loudest, loudest + 2]);
  const [, before] = await hear();
  assert.ok(before > 0.02, `the called side is heard (${before})`);
  const mute = clerk.getByRole("button", { name: "着信者の音を消す" });
  await mute.click();
  assert.equal(await mute.getAttribute("aria-pressed"), "true");
  // the knob turns in the sound's own time, and the ear remembers a third of a second
  const turned = await clerk.evaluate(() => globalThis.sides[1].context.currentTime + 1);
  await clerk.waitForFunction((then) => globalThis.sides[1].context.currentTime > then, turned);
  const [, silenced] = await hear();
  assert.ok(silenced < 0.001, `the called side is silent (${silenced})`);
  const callerSwing = waveform.channels[0].peaks.map(([low, high]) => Math.max(-low, high));
  assert.ok(Math.max(...callerSwing) > 0.02, "the caller speaks somewhere");
  await clerk.keyboard.press("2");
  assert.equal(await mute.getAttribute("aria-pressed"), "false");
});
