/** The stories: each is told in contexts of its own, is failed by any trouble a watched page has, and leaves a picture when it fails. */
import { mkdirSync } from "node:fs";
import { ORIGIN } from "./platform.mjs";
import { watch } from "./watch.mjs";

const PICTURES = new URL("../../test-results/e2e/", import.meta.url).pathname;
/** Against never, not against slow: a loaded machine is no failure. */
const LIMIT_MS = 30_000;
const stories = [];

/** Adds a story. `tell({visitor})` opens as many visitors as it needs. */
export function it(name, tell) {
  stories.push({ name, tell });
}

/** Tells the stories whose name contains `only`, `abreast` at a time; answers how many passed and failed. */
export async function tellAll(browser, { only = "", abreast = 2 } = {}) {
  const waiting = stories.filter((story) => story.name.includes(only));
  const count = { passed: 0, failed: 0 };
  const teller = async () => {
    for (let story = waiting.shift(); story !== undefined; story = waiting.shift()) {
      const began = Date.now();
      const faults = await tell(browser, story);
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      count[faults.length === 0 ? "passed" : "failed"] += 1;
      console.log(`${faults.length === 0 ? "ok  " : "FAIL"} ${story.name} (${seconds} s)`);
      for (const fault of faults) console.log(`     ${fault.split("\n").slice(0, 12).join("\n     ")}`);
    }
  };
  await Promise.all(Array.from({ length: abreast }, teller));
  return count;
}

async function tell(browser, { name, tell: story }) {
  const faults = [];
  const visitors = [];
  const visitor = async (options = {}) => {
    const context = await browser.newContext({
      baseURL: ORIGIN,
      viewport: { width: 1280, height: 900 },
      locale: "ja-JP",
      timezoneId: "Asia/Tokyo",
      reducedMotion: "reduce",
      ...options,
    });
    context.setDefaultTimeout(LIMIT_MS);
    context.setDefaultNavigationTimeout(LIMIT_MS);
    const page = await context.newPage();
    const refusals = [];
    watch(page, faults, refusals);
    visitors.push({ context, page });
    return Object.assign(page, { willBeRefused: (path, status) => refusals.push({ path, status }) });
  };
  try {
    await story({ visitor });
  } catch (error) {
    faults.unshift(error.stack ?? String(error));
  }
  if (faults.length > 0) {
    mkdirSync(PICTURES, { recursive: true });
    for (const [at, { page }] of visitors.entries()) await page.screenshot({ path: `${PICTURES}${name.replace(/\W+/g, "-").slice(0, 80)}.${at}.png` }).catch(() => undefined);
  }
  for (const { context } of visitors) await context.close();
  return faults;
}
