/** Records this device's microphone: what is said of the call, start, how it goes, stop. */
import { type FormEvent, useEffect, useId, useState } from "react";
import type { CaptureLink } from "../../api/capture_link";
import { Article } from "../../components/Article/Article";
import { Banner } from "../../components/Banner/Banner";
import { Button } from "../../components/Button/Button";
import { CheckField, Segmented, TextField } from "../../components/Field/Field";
import { duration } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import type { CaptureFailure, SaidOfCall } from "./publishing";
import { SoundLevel } from "./SoundLevel";
import { type Capture, useCapture } from "./useCapture";

export function CaptureDesk({ link }: { link: CaptureLink }) {
  const { t } = useI18n();
  const { capture, start, stop, again } = useCapture(link);
  const heading = useId();
  return (
    <section aria-labelledby={heading} className="card space-y-4 px-5 py-5 sm:px-7">
      <h2 id={heading} className="text-std-20B-150">
        {t("capture.record")}
      </h2>
      {capture.at === "failed" && <Failure failure={capture.failure} />}
      {(capture.at === "ready" || capture.at === "starting" || capture.at === "failed") && <Before busy={capture.at === "starting"} onStart={(said) => void start(said)} />}
      {(capture.at === "running" || capture.at === "ending") && <Running capture={capture} onStop={() => void stop()} />}
      {capture.at === "over" && (
        <>
          <Banner live tone="success" title={t("capture.over", { length: duration(capture.seconds) })}>
            {t("capture.over_hint")}
          </Banner>
          <Button onClick={again}>{t("capture.again")}</Button>
        </>
      )}
    </section>
  );
}

function Before({ busy, onStart }: { busy: boolean; onStart(said: SaidOfCall): void }) {
  const { t } = useI18n();
  const [said, setSaid] = useState<SaidOfCall>({ otherParty: "", direction: "", told: false });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onStart({ ...said, otherParty: said.otherParty.normalize("NFKC").replace(/[^\d+]/g, "") });
  };
  return (
    <form noValidate onSubmit={submit} className="space-y-4">
      <CheckField label={t("capture.told")} support={t("capture.told_support")} checked={said.told} onChange={(event) => setSaid({ ...said, told: event.target.checked })} />
      <details>
        <summary className="w-fit text-dns-16N-130 text-blue-900 underline underline-offset-4">{t("capture.of_a_call")}</summary>
        <div className="mt-3 space-y-3">
          <TextField label={t("capture.other_party")} optional type="tel" inputMode="tel" autoComplete="off" maxLength={32} className="max-w-72" value={said.otherParty} onChange={(event) => setSaid({ ...said, otherParty: event.target.value })} />
          <Segmented
            legend={t("capture.direction")}
            name="direction"
            value={said.direction}
            options={(["", "inbound", "outbound"] as const).map((value) => ({ value, label: t(value === "" ? "capture.direction_unsaid" : `capture.${value}`) }))}
            onChange={(direction) => setSaid({ ...said, direction })}
          />
        </div>
      </details>
      <Button look="solid" size="lg" type="submit" disabled={busy}>
        {t(busy ? "capture.starting" : "capture.start")}
      </Button>
      <p className="text-dns-14N-130 text-solid-gray-700">{t("capture.microphone_hint")}</p>
    </form>
  );
}

function Running({ capture, onStop }: { capture: Extract<Capture, { at: "running" | "ending" }>; onStop(): void }) {
  const { t } = useI18n();
  const running = capture.at === "running" ? capture : undefined;
  return (
    <div className="space-y-4">
      {running?.waits && (
        <Banner live tone="warning" title={t("capture.waits")}>
          {t("capture.waits_hint")}
        </Banner>
      )}
      {running?.interrupted && <Banner live tone="warning" title={t("capture.interrupted")} />}
      {running !== undefined && (
        <>
          <p className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <span role="status" className={`inline-flex items-center gap-2 rounded-full border-2 px-4 py-1 text-std-18B-160 ${running.waits ? "border-solid-gray-600 text-solid-gray-800" : "border-error-2 text-error-2"}`}>
              <span aria-hidden="true" className={`size-3 rounded-full ${running.waits ? "bg-solid-gray-536" : "bg-error-2"}`} />
              {t(running.waits ? "capture.waiting" : "capture.recording")}
            </span>
            <Elapsed since={running.since} />
          </p>
          <SoundLevel sound={running.sound} />
        </>
      )}
      <Button look="danger" size="lg" disabled={running === undefined} onClick={onStop}>
        {t(running === undefined ? "capture.ending" : "capture.stop")}
      </Button>
      <p className="text-dns-14N-130 text-solid-gray-700">{t("capture.keep_open")}</p>
    </div>
  );
}

function Elapsed({ since }: { since: number }) {
  const { t } = useI18n();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return (
    <span role="timer" aria-label={t("capture.elapsed")} className="tabular text-std-28B-150">
      {duration((now - since) / 1000)}
    </span>
  );
}

function Failure({ failure }: { failure: CaptureFailure }) {
  const { t, text, language } = useI18n();
  const { said } = failure;
  return (
    <Banner live tone="error" title={said === undefined ? t(`capture.failure.${failure.reason}`) : text(said)}>
      {said === undefined ? t(`capture.failure_hint.${failure.reason}`) : said.article !== undefined && <Article of={{ article: said.article, article_label: language === "ja" ? `根拠 ${said.article}` : said.article }} />}
    </Banner>
  );
}
