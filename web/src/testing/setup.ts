/** Before each test: no answers known, nobody signed in. After each: a call nobody expected fails the test. */
import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { session } from "../api/session";
import { resetAnswers, unexpectedCalls } from "./answers";

beforeEach(() => {
  resetAnswers();
  session.set({ kind: "unknown" });
  session.touch(Date.now());
  localStorage.clear();
  sessionStorage.clear();
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  const unexpected = unexpectedCalls();
  if (unexpected.length > 0) throw new Error(`calls nobody expected: ${unexpected.join(", ")}`);
});
