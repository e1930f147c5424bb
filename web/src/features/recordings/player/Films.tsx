/** The pictures of a recording, once a purpose has been stated: each sealed film as it is. */
import type { Recording, Use } from "../../../api/types";
import { duration } from "../../../i18n/civil_time";
import { useI18n } from "../../../i18n/language";

export function Films({ recording, use }: { recording: Recording; use: Use }) {
  const { t } = useI18n();
  const films = recording.segments.filter((segment) => segment.video_codec);
  if (films.length === 0) return null;
  return (
    <section aria-label={t("player.films")} className="mt-4 border-t border-line pt-4">
      <h2 className="text-std-18B-160">{t("player.films")}</h2>
      <p className="mb-3 text-dns-14N-130 text-solid-gray-800">{t("player.films_lead")}</p>
      <ul className="grid gap-4 lg:grid-cols-2">
        {films.map((film) => {
          const from = duration(film.start_seconds);
          const until = duration(film.start_seconds + film.seconds);
          return (
            <li key={film.number}>
              {/* biome-ignore lint/a11y/useMediaCaption: what is said at a counter has no captions; its sound is heard beside it */}
              <video
                controls
                preload="metadata"
                aria-label={t("player.film_of", { from, until })}
                src={`/v1/recordings/${recording.id}/uses/${use.id}/files/${film.number}`}
                className="w-full rounded-8 bg-black"
              />
              <p className="tabular mt-1 text-dns-14N-130 text-solid-gray-800">{t("player.film_of", { from, until })}</p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
