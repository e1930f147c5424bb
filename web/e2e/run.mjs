/**
 * Tells every story in one Chromium against the platform at ROKUON_E2E_URL. `node e2e/run.mjs WORDS` tells those whose name has the words; with
 * ROKUON_SCREENSHOTS=1 pictures of every page go to docs/screenshots/.
 */
import { readdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { tellAll } from "./harness/stories.mjs";

const STORIES = new URL("./stories/", import.meta.url);
const began = Date.now();
for (const file of readdirSync(STORIES).sort()) await import(new URL(file, STORIES).href);
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  // a clerk's browser speaks Japanese, where its words are installed (Debian: chromium-l10n)
  env: { ...process.env, LANGUAGE: "ja" },
  args: ["--no-sandbox", "--lang=ja", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--allow-loopback-in-peer-connection"],
});
// pictures are taken of a platform where nothing else goes on
const told = process.env["ROKUON_SCREENSHOTS"] === "1" ? { only: "at 1280 px", abreast: 1 } : { only: process.argv.slice(2).join(" ") };
const { passed, failed } = await tellAll(browser, told);
await browser.close();
console.log(`portal end to end: ${((Date.now() - began) / 1000).toFixed(0)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
