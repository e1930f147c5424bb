/** How loud the microphone is, so that one sees that something arrives; and in words when nothing does. */
import { useEffect, useRef, useState } from "react";
import { useI18n } from "../../i18n/language";

/** Quieter than this (of full scale) for as long as this is no speech in any room. */
const QUIET = 0.002;
const QUIET_MS = 5_000;
/** Between two looks. */
const LOOK_MS = 100;
/** Samples in a look: longer than LOOK_MS at any rate up to 80 kHz, so that no sound falls between two looks. */
const SAMPLES = 8_192;
/** Nothing is played: a computer without a loudspeaker measures as well. A browser that does not know the option leaves it aside. */
const UNPLAYED: AudioContextOptions & { sinkId: { type: "none" } } = { sinkId: { type: "none" } };

export function SoundLevel({ sound }: { sound: MediaStream }) {
  const { t } = useI18n();
  const bar = useRef<HTMLDivElement>(null);
  const [silent, setSilent] = useState(false);
  useEffect(() => {
    const context = new AudioContext(UNPLAYED);
    const analyser = context.createAnalyser();
    analyser.fftSize = SAMPLES;
    context.createMediaStreamSource(sound).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let heardAt = Date.now();
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const loudness = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
      // a context that the browser holds back measures nothing, which is no silence
      if (loudness > QUIET || context.state !== "running") heardAt = Date.now();
      setSilent(Date.now() - heardAt > QUIET_MS);
      if (bar.current !== null) bar.current.style.width = `${Math.min(100, Math.round(Math.sqrt(loudness) * 160))}%`;
    }, LOOK_MS);
    return () => {
      clearInterval(timer);
      void context.close();
    };
  }, [sound]);
  return (
    <div>
      <div aria-hidden="true" className="h-3 overflow-hidden rounded-full bg-solid-gray-100">
        <div ref={bar} className="h-full w-0 rounded-full bg-green-800" />
      </div>
      <p role="status" className="mt-1 min-h-6 text-dns-14N-130 text-error-2">
        {silent ? t("capture.silent") : ""}
      </p>
    </div>
  );
}
