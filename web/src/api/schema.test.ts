// @vitest-environment node
import { readFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import { expect, it } from "vitest";

const here = (path: string): URL => new URL(path, import.meta.url);

// req: P-4
it("the generated types are those of openapi/openapi.json (else: npm run api)", async () => {
  const document: unknown = JSON.parse(readFileSync(here("../../../openapi/openapi.json"), "utf8"));
  const fresh = astToString(await openapiTS(document as Parameters<typeof openapiTS>[0]));
  const committed = readFileSync(here("./schema.gen.ts"), "utf8");
  expect(committed.endsWith(fresh)).toBe(true);
});
