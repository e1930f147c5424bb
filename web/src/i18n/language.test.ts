import { describe, expect, it } from "vitest";
import openapi from "../../../openapi/openapi.json";
import en from "./en.json";
import ja from "./ja.json";
import { flatten, makeI18n, translate } from "./language";

const tables = { ja: flatten(ja), en: flatten(en) };
const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();

describe("the two languages", () => {
  // req: P-5
  it("have the same keys", () => {
    expect([...tables.en.keys()].sort()).toEqual([...tables.ja.keys()].sort());
  });

  it("leave the same places to fill in", () => {
    for (const [key, text] of tables.ja) expect(holes(tables.en.get(key) ?? ""), key).toEqual(holes(text));
  });

  it("have no empty string", () => {
    for (const table of Object.values(tables)) for (const [key, text] of table) expect(text.trim(), key).not.toBe("");
  });

  it("have words for every act that the API writes into the audit trail", () => {
    const acts = Object.values(openapi.paths as Record<string, Record<string, { "x-rokuon-audit"?: string }>>).flatMap((path) => Object.values(path).flatMap((operation) => operation["x-rokuon-audit"] ?? []));
    const kinds = acts.filter((act) => /^[a-z_]+(\.[a-z_]+)?$/.test(act));
    expect(kinds.length).toBeGreaterThan(50);
    for (const kind of kinds) expect(tables.ja.has(`audit.kind.${kind.replaceAll(".", "_")}`), kind).toBe(true);
  });

  it("fill values in and fall back to the code for unknown words", () => {
    expect(translate("ja", "people.count", { count: 7 })).toBe("7人");
    const i18n = makeI18n("en", () => undefined);
    expect(i18n.word("capability", "recording.play")).toBe("Listen to recordings");
    expect(i18n.word("capability", "something.new")).toBe("something.new");
    expect(i18n.text({ ja: "市", en: "" })).toBe("市");
  });
});
