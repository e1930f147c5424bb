/** Telephone numbers and lengths of time, set so that digits stand under digits. */
import { duration, spokenDuration } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { telephone } from "../../i18n/telephone";

export function PhoneNumber({ number }: { number: string }) {
  return <span className="tabular whitespace-nowrap">{telephone(number)}</span>;
}

interface Party {
  number?: string | null;
  name?: string | null;
}

/** A party in a line of text. Where a device recorded, nobody withheld a number: there was none. */
export function PartyName({ party, device }: { party: Party; device?: object | null | undefined }) {
  const { t } = useI18n();
  if (party.number) return <><PhoneNumber number={party.number} />{party.name ? ` ${party.name}` : ""}</>;
  if (device) return <>{party.name || t("call.in_front")}</>;
  return <>{`${t("call.number_withheld")}${party.name ? ` ${party.name}` : ""}`}</>;
}

/** One side of a call: number with the name under it, or a word for "withheld". */
export function PartyCell({ party, device }: { party: Party; device?: object | null | undefined }) {
  const { t } = useI18n();
  if (device && !party.number) return <span className={party.name ? undefined : "text-solid-gray-700"}>{party.name || t("call.in_front")}</span>;
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
