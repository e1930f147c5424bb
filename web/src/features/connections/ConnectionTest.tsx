/** The connection test: begins it, waits for what arrives, and says step by step what is right and what is wrong. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { ConnectionDetail, ConnectionTest as Test } from "../../api/types";
import { Banner } from "../../components/Banner/Banner";
import { Button } from "../../components/Button/Button";
import { classes } from "../../components/classes";
import { DateTime } from "../../components/DateTime/DateTime";
import { Icon, type IconName } from "../../components/Icon/Icon";
import { Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { useI18n } from "../../i18n/language";
import { beginTest, editConnection, watchTest } from "./api";
import { allowRequest } from "./draft";
import { only } from "./networks";
import { detailsOf, lastSeen, sourceToAllow, tellingOf } from "./test_progress";

/** The server is let wait so long for something new; then it is asked again. */
const WAIT_SECONDS = 20;
/** After a failure, and while no test runs, the page rests before it asks again. */
const REST_MS = 5_000;
/** And this long when it was answered without anything new: a server that does not wait is not asked in a rush. */
const PAUSE_MS = 1_000;

const STATES: Record<Test["steps"][number]["state"], { icon: IconName; look: string }> = {
  waiting: { icon: "clock", look: "border-solid-gray-420 bg-white text-solid-gray-700" },
  good: { icon: "check", look: "border-transparent bg-success-2 text-white" },
  problem: { icon: "warning", look: "border-transparent bg-error-2 text-white" },
};

export function ConnectionTest({ connection, manage }: { connection: ConnectionDetail; manage: boolean }) {
  const { t, word } = useI18n();
  const { test: shown, error, watchAnew } = useWatchedTest(connection.id);
  const queries = useQueryClient();
  const toast = useToast();
  const begin = useMutation({ mutationFn: () => beginTest(connection.id), onSuccess: watchAnew });
  const allow = useMutation({
    mutationFn: (source: string) => editConnection(connection.id, allowRequest(connection, only(source))),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["connections"] });
      toast(t("connection_test.allowed"));
    },
  });
  const running = shown?.running ?? false;
  const quiet = running && shown?.observations.length === 0;
  return (
    <div className="space-y-5">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-2xl text-std-16N-170">{t("connection_test.lead")}</p>
        {manage && connection.state === "active" && (
          <Button look={running ? "outline" : "solid"} icon="play" disabled={begin.isPending} onClick={() => begin.mutate()}>
            {running ? t("connection_test.begin_again") : t("connection_test.begin")}
          </Button>
        )}
      </div>
      {begin.isError && <ProblemBanner error={begin.error} />}
      {allow.isError && <ProblemBanner error={allow.error} />}
      {error !== undefined && <ProblemBanner error={error} />}
      <p role="status" className="text-std-16N-170 text-solid-gray-800">
        {!running ? t("connection_test.not_running") : quiet ? word("connection_test.waiting", connection.kind) : t("connection_test.running")}{" "}
        {running && shown?.until && (
          <>
            {t("connection_test.until")} <DateTime at={shown.until} />
          </>
        )}
      </p>
      {shown === undefined && error === undefined && <div className="card"><Loading /></div>}
      {shown !== undefined && <ol aria-label={t("connection_test.steps")} className="card divide-y divide-line px-5">
        {shown.steps.map((step, at) => {
          const telling = tellingOf(shown, step.step);
          const look = STATES[step.state];
          const source = telling === undefined || step.state !== "problem" ? undefined : sourceToAllow(telling);
          return (
            <li key={step.step} className="flex gap-4 py-4">
              <span className={classes("inline-flex size-8 shrink-0 items-center justify-center rounded-full border-2", look.look)}>
                <Icon name={look.icon} size={18} />
              </span>
              <div className="min-w-0 grow">
                <h3 className="flex flex-wrap items-baseline gap-x-3 text-std-16B-170">
                  {at + 1}. {word("connection_test.step", step.step)}
                  <span className={classes("text-dns-14B-130", step.state === "problem" ? "text-error-2" : step.state === "good" ? "text-success-2" : "text-solid-gray-700")}>{word("connection_test.state", step.state)}</span>
                  {step.at && (
                    <span className="text-dns-14N-130 text-solid-gray-700">
                      <DateTime at={step.at} seconds />
                    </span>
                  )}
                </h3>
                {telling === undefined ? (
                  <p className="text-dns-16N-130 text-solid-gray-700">{word("connection_test.step_hint", step.step)}</p>
                ) : (
                  <>
                    <p className="text-std-16N-170">{word("connection_test.event", telling.event)}</p>
                    {step.state === "problem" && <p className="text-std-16N-170 text-solid-gray-800">{word("connection_test.advice", telling.event)}</p>}
                    <dl className="mt-1 flex flex-wrap gap-x-5 gap-y-0.5 text-dns-14N-130 text-solid-gray-700">
                      {detailsOf(telling).map((one) => (
                        <div key={one.name} className="flex gap-1.5">
                          <dt>{word("connection_test.detail", one.name)}:</dt>
                          <dd className="font-mono break-all">{one.name === "why" ? word("connection_test.why", one.value) : one.value}</dd>
                        </div>
                      ))}
                    </dl>
                  </>
                )}
                {source !== undefined && manage && (
                  <Button size="xs" className="mt-2" disabled={allow.isPending} onClick={() => allow.mutate(source)}>
                    {t("connection_test.allow", { source })}
                  </Button>
                )}
              </div>
            </li>
          );
        })}
      </ol>}
      {quiet && (
        <Banner title={t("connection_test.nothing_title")}>
          <ul className="list-disc space-y-1 pl-5">
            {(connection.kind === "registration" ? (["registrar", "outbound"] as const) : connection.kind === "whip" ? (["url", "https"] as const) : (["address", "firewall", "trigger"] as const)).map((hint) => (
              <li key={hint}>{t(`connection_test.nothing.${hint}`)}</li>
            ))}
          </ul>
        </Banner>
      )}
      {(shown?.observations.length ?? 0) > 0 && (
        <details className="card px-5 py-3">
          <summary className="cursor-pointer text-dns-16B-130">{t("connection_test.log", { count: shown?.observations.length ?? 0 })}</summary>
          <ol className="mt-2 space-y-1.5 text-dns-14N-130">
            {shown?.observations.map((seen) => (
              <li key={seen.id} className="flex flex-wrap gap-x-3">
                <DateTime at={seen.at} seconds />
                <span>{word("connection_test.event", seen.event)}</span>
                <span className="font-mono text-solid-gray-700 break-all">
                  {detailsOf(seen)
                    .map((one) => `${word("connection_test.detail", one.name)}: ${one.value}`)
                    .join(" / ")}
                </span>
              </li>
            ))}
          </ol>
        </details>
      )}
    </div>
  );
}

/** Asks at once, then again and again behind what was seen last, for as long as the page is open. */
function useWatchedTest(id: string): { test: Test | undefined; error: unknown; watchAnew(): void } {
  const [test, setTest] = useState<Test | undefined>(undefined);
  const [error, setError] = useState<unknown>(undefined);
  const [turn, setTurn] = useState(0);
  const last = useRef<string | undefined>(undefined);
  useEffect(() => {
    const stop = new AbortController();
    last.current = undefined;
    const watch = async () => {
      let wait = 0;
      while (!stop.signal.aborted) {
        try {
          const next = await watchTest(id, last.current, wait, stop.signal);
          if (stop.signal.aborted) return;
          const before = last.current;
          last.current = lastSeen(next);
          setTest(next);
          setError(undefined);
          // Without a test nothing is worth waiting for; whoever begins one shows up within a few seconds.
          if (!next.running) await rest(REST_MS, stop.signal);
          else if (wait > 0 && last.current === before) await rest(PAUSE_MS, stop.signal);
          wait = WAIT_SECONDS;
        } catch (cause) {
          if (stop.signal.aborted) return;
          setError(cause);
          wait = 0;
          await rest(REST_MS, stop.signal);
        }
      }
    };
    void watch();
    return () => stop.abort();
  }, [id, turn]);
  return { test, error, watchAnew: () => setTurn((now) => now + 1) };
}

function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
