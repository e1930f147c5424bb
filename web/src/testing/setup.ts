/** Before each test: no answers known, nobody signed in. After each: a call nobody expected fails the test. */
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { session } from "../api/session";
import { resetAnswers, unexpectedCalls } from "./answers";

configure({ asyncUtilTimeout: 20_000 });

beforeEach(() => {
  resetAnswers();
  session.set({ kind: "unknown" });
  session.touch(Date.now());
  globalThis.localStorage?.clear();
  globalThis.sessionStorage?.clear();
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  const unexpected = unexpectedCalls();
  if (unexpected.length > 0) throw new Error(`calls nobody expected: ${unexpected.join(", ")}`);
});
