// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = resolve(import.meta.dirname, "..");
const FLOORS = ["components", "api", "i18n", "features", "routes", "app"] as const;
/** What each floor may import, besides itself. `main.tsx` and tests may import anything. */
const MAY: Record<string, readonly string[]> = {
  i18n: [],
  api: [],
  components: ["api", "i18n"],
  features: ["components", "api", "i18n"],
  routes: ["features", "components", "api", "i18n"],
  app: ["routes", "features", "components", "api", "i18n"],
};

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
const imports = (file: string): string[] =>
  [...readFileSync(join(SRC, file), "utf8").matchAll(/(?:from|import)\s+"(\.[^"]+)"/g)].map((match) => relative(SRC, resolve(SRC, dirname(file), match[1] ?? "")));

describe("imports", () => {
  it("point downwards only, and features never to features", () => {
    const wrong: string[] = [];
    for (const file of files) {
      const [floor = "", noun = ""] = file.split("/");
      if (file.endsWith(".test.ts") || file.endsWith(".test.tsx") || !(FLOORS as readonly string[]).includes(floor)) continue;
      for (const target of imports(file)) {
        const [targetFloor = "", targetNoun = ""] = target.split("/");
        const allowed = targetFloor === floor ? floor !== "features" || noun === targetNoun : (MAY[floor] ?? []).includes(targetFloor);
        if (!allowed) wrong.push(`${file} -> ${target}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(files.length).toBeGreaterThan(60);
  });

  it("are files of under 400 lines with a first line that says what they hold", () => {
    for (const file of files.filter((name) => !name.includes(".test.") && name !== "api/schema.gen.ts")) {
      const text = readFileSync(join(SRC, file), "utf8");
      expect(text.split("\n").length, file).toBeLessThan(400);
      expect(text.startsWith("/**"), file).toBe(true);
    }
  });
});
