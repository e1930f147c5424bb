/** What to do after so long without activity. */

export type IdleStep = { kind: "rest" } | { kind: "warn"; secondsLeft: number } | { kind: "ask" };

/** `idleMs` since the last activity the server counted; warns in the last minute (or the last half, for locks of under two minutes). */
export function idleStep(idleMs: number, lockMinutes: number): IdleStep {
  const lockMs = lockMinutes * 60_000;
  const warnMs = lockMs - Math.min(60_000, lockMs / 2);
  if (idleMs >= lockMs) return { kind: "ask" };
  if (idleMs >= warnMs) return { kind: "warn", secondsLeft: Math.ceil((lockMs - idleMs) / 1000) };
  return { kind: "rest" };
}
