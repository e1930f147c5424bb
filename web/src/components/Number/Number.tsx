/** Telephone numbers and lengths of time, set so that digits stand under digits. */
import { duration, spokenDuration } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { telephone } from "../../i18n/telephone";

export function PhoneNumber({ number }: { number: string }) {
  return <span className="tabular whitespace-nowrap">{telephone(number)}</span>;
}

/** One side of a call: number with the name under it, or a word for "withheld". */
export function PartyCell({ party }: { party: { number?: string | null; name?: string | null } }) {
  const { t } = useI18n();
  return (
    <>
      {party.number ? <PhoneNumber number={party.number} /> : <span className="text-solid-gray-700">{t("call.number_withheld")}</span>}
      {party.name ? <span className="block text-dns-14N-130 text-solid-gray-700">{party.name}</span> : null}
    </>
  );
}

export function Duration({ seconds }: { seconds: number | null | undefined }) {
  const { language, t } = useI18n();
  if (seconds === null || seconds === undefined) return <span className="text-solid-gray-700">{t("call.in_progress")}</span>;
  return (
    <span className="tabular whitespace-nowrap">
      <span aria-hidden="true">{duration(seconds)}</span>
      <span className="sr-only">{spokenDuration(seconds, language)}</span>
    </span>
  );
}
