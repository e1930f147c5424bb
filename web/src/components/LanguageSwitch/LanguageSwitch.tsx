/** 日本語 / English: each named in its own language. */
import { useI18n } from "../../i18n/language";

export function LanguageSwitch() {
  const { language, setLanguage, t } = useI18n();
  return (
    <div role="group" aria-label={t("language.label")} className="inline-flex overflow-hidden rounded-6 border border-solid-gray-420 bg-white">
      {(["ja", "en"] as const).map((code) => (
        <button
          key={code}
          type="button"
          lang={code}
          aria-pressed={language === code}
          onClick={() => setLanguage(code)}
          className="min-h-8 px-2.5 text-oln-14N-100 text-solid-gray-800 hover:underline aria-pressed:bg-solid-gray-700 aria-pressed:font-bold aria-pressed:text-white"
        >
          {code === "ja" ? "日本語" : "English"}
        </button>
      ))}
    </div>
  );
}
