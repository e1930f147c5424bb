/** The listening desk of one recording: waveform, transport, speed, channels, volume, keys. */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { can, useMe } from "../../../api/session";
import type { Recording, Use } from "../../../api/types";
import { Article } from "../../../components/Article/Article";
import { Banner } from "../../../components/Banner/Banner";
import { Button, IconButton } from "../../../components/Button/Button";
import { Icon } from "../../../components/Icon/Icon";
import { ProblemBanner } from "../../../components/ProblemBanner/ProblemBanner";
import { clock, duration } from "../../../i18n/civil_time";
import { useI18n } from "../../../i18n/language";
import { telephone } from "../../../i18n/telephone";
import { waveformQuery } from "../api";
import { Films } from "./Films";
import { totalSeconds } from "./heard";
import { KeyboardHelp } from "./KeyboardHelp";
import { PurposeDialog } from "./PurposeDialog";
import { RATES, usePlayback } from "./usePlayback";
import { LANES, WaveformView } from "./WaveformView";

export function Player({ recording }: { recording: Recording }) {
  const { t, text, word } = useI18n();
  const [use, setUse] = useState<Use | undefined>(undefined);
  const [asking, setAsking] = useState(false);
  const [helping, setHelping] = useState(false);
  const playButton = useRef<HTMLButtonElement>(null);
  const mayPlay = can(useMe(), "recording.play");
  const waveform = useQuery({ ...waveformQuery(recording.id), enabled: recording.playable && mayPlay && !recording.segments.some((segment) => segment.codec === "g729") });
  const length = waveform.data?.duration_seconds ?? recording.duration_seconds ?? 0;
  const playback = usePlayback(use, length);
  const granted = use !== undefined;
  // Permission was asked in order to listen: start, and hand the keyboard to the play button (the one that asked is gone).
  const begin = useRef(playback.toggle);
  begin.current = playback.toggle;
  useEffect(() => {
    if (use === undefined) return;
    playButton.current?.focus();
    begin.current();
  }, [use]);
  const running = playback.state === "playing" || playback.state === "loading";

  if (!recording.playable || !mayPlay) {
    const refusal = recording.play_refusal;
    return (
      <Banner tone="warning" title={t("player.not_playable")}>
        {refusal ? (
          <p>
            {text(refusal.sentence)} <Article of={refusal} />
          </p>
        ) : (
          <p>{t(!mayPlay ? "player.no_capability" : recording.ended_at ? "player.no_audio" : "player.still_recording")}</p>
        )}
      </Banner>
    );
  }

  const undecoded = recording.segments.find((segment) => segment.codec === "g729");
  if (undecoded !== undefined) {
    return (
      <Banner tone="warning" title={t("player.no_decoder")}>
        <p>{t("player.no_decoder_hint", { codec: undecoded.codec.toUpperCase() })}</p>
      </Banner>
    );
  }

  /** Letters work only while focus is inside the player (WCAG 2.1.4). */
  const onKeyDown = (event: KeyboardEvent) => {
    if (!granted || event.altKey || event.ctrlKey || event.metaKey) return;
    const target = event.target as HTMLElement;
    if (target.closest("dialog") !== null) return;
    const onButton = target.closest("button, select, input") !== null;
    const rateAt = RATES.indexOf(playback.rate as (typeof RATES)[number]);
    const keys: Record<string, () => void> = {
      k: playback.toggle,
      j: () => playback.skip(-10),
      l: () => playback.skip(10),
      "1": () => playback.toggleMuted(0),
      "2": () => playback.toggleMuted(1),
      "<": () => playback.setRate(RATES[Math.max(0, rateAt - 1)] ?? 1),
      ">": () => playback.setRate(RATES[Math.min(RATES.length - 1, rateAt + 1)] ?? 1),
      "-": () => playback.setVolume(playback.volume - 0.1),
      "+": () => playback.setVolume(playback.volume + 0.1),
      "?": () => setHelping(true),
      ...(onButton ? {} : { " ": playback.toggle }),
      ...(onButton ? {} : { ArrowLeft: () => playback.skip(-5), ArrowRight: () => playback.skip(5) }),
    };
    const act = keys[event.key] ?? keys[event.key.toLowerCase()];
    if (act === undefined || target.tagName === "SELECT") return;
    event.preventDefault();
    act();
  };

  return (
    // biome-ignore lint: the region listens for its own keys
    <section aria-label={t("player.label")} className="card p-4 sm:p-5" onKeyDown={onKeyDown}>
      <audio ref={playback.audio} preload="auto" className="hidden" />
      <div className="relative grid gap-x-3 md:grid-cols-[9.5rem_minmax(0,1fr)]">
        <div className="mb-2 flex flex-wrap gap-2 md:mb-0 md:block">
          {LANES.map(({ channel, role }) => {
            const leg = recording.legs.find((candidate) => candidate.channel === channel);
            const off = playback.muted[channel];
            return (
              <div key={role} className="flex min-w-0 grow items-center justify-between gap-1 border-line md:h-[4.5rem] md:border-b md:first:border-t">
                <div className="min-w-0">
                  <p className={`flex items-center gap-1.5 text-dns-14B-130 ${role === "caller" ? "text-caller" : "text-called"}`}>
                    <span aria-hidden="true" className={`size-2.5 rounded-full ${role === "caller" ? "bg-caller" : "bg-called"}`} />
                    {t(role === "caller" ? "call.caller" : "call.called")}
                  </p>
                  <p className="tabular truncate text-dns-14N-130 text-solid-gray-800">{leg?.number ? telephone(leg.number) : (leg?.name ?? t("call.number_withheld"))}</p>
                </div>
                <button
                  type="button"
                  disabled={!granted}
                  aria-pressed={off}
                  aria-label={t("player.mute", { who: t(role === "caller" ? "call.caller" : "call.called") })}
                  title={t("player.mute", { who: t(role === "caller" ? "call.caller" : "call.called") })}
                  onClick={() => playback.toggleMuted(channel)}
                  className="inline-flex size-9 items-center justify-center rounded-6 hover:bg-solid-gray-50 disabled:text-solid-gray-420 aria-pressed:bg-solid-gray-700 aria-pressed:text-white"
                >
                  <Icon name={off ? "mute" : "sound"} size={18} />
                </button>
              </div>
            );
          })}
        </div>
        <div className="relative min-w-0">
          <WaveformView waveform={waveform.data} gaps={recording.gaps} length={length} position={playback.position} heard={playback.heard} muted={playback.muted} disabled={!granted} onSeek={playback.seek} />
          {!granted && (
            <div className="absolute inset-x-0 top-0 flex h-36 items-center justify-center bg-white/70">
              <Button look="solid" size="md" icon="play" onClick={() => setAsking(true)}>
                {t("player.choose_purpose")}
              </Button>
            </div>
          )}
        </div>
      </div>
      {waveform.isError && <ProblemBanner error={waveform.error} className="mt-3" onRetry={() => void waveform.refetch()} />}

      <div className="mt-3 flex flex-wrap items-center gap-x-5 gap-y-3 border-t border-line pt-4">
        <div className="flex items-center gap-1.5">
          <SkipButton seconds={-10} disabled={!granted} onSkip={playback.skip} />
          <SkipButton seconds={-5} disabled={!granted} onSkip={playback.skip} />
          <button
            ref={playButton}
            type="button"
            disabled={!granted}
            aria-label={running ? t("player.pause") : t("player.play")}
            onClick={playback.toggle}
            className="inline-flex size-12 items-center justify-center rounded-full bg-blue-900 text-white hover:bg-blue-1000 disabled:bg-solid-gray-200 disabled:text-solid-gray-600"
          >
            <Icon name={running ? "pause" : "play"} size={22} />
          </button>
          <SkipButton seconds={5} disabled={!granted} onSkip={playback.skip} />
          <SkipButton seconds={10} disabled={!granted} onSkip={playback.skip} />
        </div>
        <p className="tabular text-std-18N-160" aria-hidden="true">
          {duration(playback.position)} <span className="text-solid-gray-700">/ {duration(length)}</span>
        </p>
        <div className="ml-auto flex flex-wrap items-center gap-x-4 gap-y-2">
          <label className="flex items-center gap-2 text-dns-14N-130">
            {t("player.speed")}
            <select disabled={!granted} value={playback.rate} onChange={(event) => playback.setRate(Number(event.target.value))} className="h-9 rounded-6 border border-solid-gray-600 bg-white px-2 text-dns-16N-130 disabled:bg-solid-gray-50">
              {RATES.map((rate) => (
                <option key={rate} value={rate}>
                  {rate}×
                </option>
              ))}
            </select>
          </label>
          <label className="flex items-center gap-2 text-dns-14N-130">
            {t("player.volume")}
            <input type="range" min={0} max={100} step={5} disabled={!granted} value={Math.round(playback.volume * 100)} onChange={(event) => playback.setVolume(Number(event.target.value) / 100)} className="h-9 w-28 accent-blue-900" />
          </label>
          <IconButton icon="keyboard" label={t("player.keys")} onClick={() => setHelping(true)} />
        </div>
      </div>

      {use !== undefined && <Films recording={recording} use={use} />}

      {recording.gaps.length > 0 && (
        <p className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-dns-14N-130 text-solid-gray-800">
          <span className="inline-flex items-center gap-1.5">
            <span aria-hidden="true" className="inline-block size-3.5 border border-red-500 bg-red-100" />
            {t("gap.legend")}
          </span>
          <span className="inline-flex items-center gap-1.5">
            <span aria-hidden="true" className="inline-block size-3.5 border border-solid-gray-420 bg-solid-gray-100" />
            {word("gap.cause", "on_hold")}
          </span>
        </p>
      )}
      {use !== undefined && (
        <div className="mt-4 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-8 bg-blue-50 px-4 py-2.5 text-dns-16N-130 leading-relaxed">
          <Icon name="trail" className="text-blue-900" />
          <span className="min-w-0">
            {text(use.sentence)} <Article of={use} />
          </span>
          <span className="text-dns-14N-130 text-solid-gray-800">{t("player.use_until", { time: clock(use.expires_at) })}</span>
          <span className="tabular ml-auto text-dns-14N-130 text-solid-gray-800">{t("player.heard", { length: duration(totalSeconds(playback.heard)) })}</span>
        </div>
      )}
      {playback.state === "failed" && (
        <Banner tone="error" live title={t("player.failed")} className="mt-4">
          <p>{t("player.failed_hint")}</p>
          <Button size="xs" className="mt-2" onClick={() => setAsking(true)}>
            {t("player.choose_purpose")}
          </Button>
        </Banner>
      )}
      {asking && (
        <PurposeDialog
          recordingId={recording.id}
          onClose={() => setAsking(false)}
          onGranted={(next) => {
            setUse(next);
            setAsking(false);
          }}
        />
      )}
      {helping && <KeyboardHelp onClose={() => setHelping(false)} />}
    </section>
  );
}

function SkipButton({ seconds, disabled, onSkip }: { seconds: number; disabled: boolean; onSkip(seconds: number): void }) {
  const { t } = useI18n();
  return (
    <button
      type="button"
      disabled={disabled}
      aria-label={t(seconds < 0 ? "player.back_by" : "player.forward_by", { seconds: Math.abs(seconds) })}
      onClick={() => onSkip(seconds)}
      className="tabular inline-flex h-10 min-w-11 items-center justify-center rounded-6 border border-transparent px-1 text-oln-16N-100 text-solid-gray-900 hover:bg-solid-gray-50 disabled:text-solid-gray-600"
    >
      {seconds < 0 ? "−" : "+"}
      {Math.abs(seconds)}
    </button>
  );
}
