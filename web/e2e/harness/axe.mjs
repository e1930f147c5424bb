/** axe-core, WCAG 2.0 to 2.2 A and AA, through the debugger: the page's Content-Security-Policy stays as it is. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** One line for each violation; none is right. */
export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }), TAGS);
  return found.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target} (${node.failureSummary?.split("\n").slice(1).join(" ").trim()})`).join(" | ")}`);
}
