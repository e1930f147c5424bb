/** On a recording's page: why it is kept, what rests on it, and placing one more hold. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { can, useMe } from "../../api/session";
import type { Recording } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Banner } from "../../components/Banner/Banner";
import { Button } from "../../components/Button/Button";
import { DateTime, Day } from "../../components/DateTime/DateTime";
import { useI18n } from "../../i18n/language";
import { HoldActs } from "./HoldActs";
import { HoldBadge } from "./HoldBadge";
import { PlaceDialog } from "./PlaceDialog";

export function RecordingHolds({ recording }: { recording: Recording }) {
  const { t, text } = useI18n();
  const me = useMe();
  const [placing, setPlacing] = useState(false);
  const { keeping } = recording;
  const gone = recording.state === "destroying" || recording.state === "destroyed" || recording.state === "failed";
  return (
    <section aria-labelledby="recording-holds" className="card px-5 py-4">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-3">
        <h2 id="recording-holds" className="text-std-18B-160">
          {t("holds.on_recording")}
        </h2>
        {can(me, "hold.place") && !gone && (
          <Button icon="lock" onClick={() => setPlacing(true)}>
            {t("holds.place")}
          </Button>
        )}
      </div>
      <Standing recording={recording} />
      {keeping.holds.length > 0 && (
        <ul className="mt-3 divide-y divide-line border-t border-line">
          {keeping.holds.map((hold) => (
            <li key={hold.id} className="py-3">
              <div className="flex flex-wrap items-center gap-2">
                <Link to="/holds/$holdId" params={{ holdId: hold.id }} className="link text-dns-16B-130">
                  {text(hold.ground.name)}
                </Link>
                <Article of={hold.ground} />
                <HoldBadge hold={hold} />
              </div>
              <p className="mt-1 whitespace-pre-wrap break-words">{hold.reason}</p>
              <p className="mt-1 text-dns-14N-130 text-solid-gray-700">
                {hold.authority} · {hold.placed_by.display_name} · <DateTime at={hold.placed_at} />
                {hold.review_on && (
                  <>
                    {" "}
                    · {t("holds.review_on")} <Day at={`${hold.review_on}T00:00:00+09:00`} />
                  </>
                )}
              </p>
              <div className="mt-2">
                <HoldActs hold={hold} />
              </div>
            </li>
          ))}
        </ul>
      )}
      {placing && <PlaceDialog on={{ recording: recording.id }} onClose={() => setPlacing(false)} />}
    </section>
  );
}

/** In one sentence: what keeps it, or what is to become of it. */
function Standing({ recording }: { recording: Recording }) {
  const { t, word } = useI18n();
  const { keeping } = recording;
  const why = keeping.due_reason ? word("holds.due_reason", keeping.due_reason) : "";
  const label = keeping.due_article_label ? <Article of={{ article_label: keeping.due_article_label }} /> : null;
  if (keeping.holds.length > 0)
    return (
      <p>
        {t("holds.kept_by", { count: keeping.holds.length })}
        {keeping.due_reason && (
          <span className="mt-1 block">
            {t("holds.then_erased", { why })} {label}
          </span>
        )}
      </p>
    );
  if (recording.state === "destroying" || recording.state === "destroyed") return <p>{t("holds.gone")}</p>;
  if (recording.state === "due")
    return (
      <Banner tone="warning" title={t("holds.due", { why })}>
        {label} {keeping.grace_until && <>{t("holds.grace")} <DateTime at={keeping.grace_until} /></>}
      </Banner>
    );
  return (
    <p>
      {t("holds.none_on")}
      {keeping.grace_until && (
        <span className="block">
          {t("holds.grace")} <DateTime at={keeping.grace_until} />
        </span>
      )}
    </p>
  );
}
