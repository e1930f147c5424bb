import { describe, expect, it } from "vitest";
import { captureLink, readCaptureLink } from "./capture_link";

const LINK = { tenant: "aozora", endpoint: "https://rokuon.example/whip/tee3qxz6", token: "abcdefghijklmnopqrstuvwxyz" };

describe("the link of the capture page", () => {
  // req: KB-1
  it("comes back as it was made, and keeps its token out of path and query", () => {
    const link = captureLink(LINK);
    expect(readCaptureLink(link)).toEqual(LINK);
    expect(readCaptureLink(` ${link.slice(link.indexOf("#"))}\n`)).toEqual(LINK);
    const { pathname, search } = new URL(link);
    expect([pathname, search]).toEqual(["/capture", ""]);
  });

  it("is nothing else", () => {
    for (const part of [{ tenant: "../x" }, { token: "short" }, { token: "with a blank and more" }, { endpoint: "javascript:alert(1)" }, { endpoint: "/whip" }]) {
      expect(readCaptureLink(captureLink({ ...LINK, ...part })), JSON.stringify(part)).toBeUndefined();
    }
    for (const text of ["", "#", "https://rokuon.example/capture", "#tenant=aozora"]) expect(readCaptureLink(text), text).toBeUndefined();
  });
});
