/** First stop of the keyboard on every page. */
import { useI18n } from "../i18n/language";

export function SkipLink() {
  const { t } = useI18n();
  return (
    <a href="#main" className="sr-only z-50 bg-white px-4 py-2 text-blue-900 underline focus:not-sr-only focus:fixed focus:left-4 focus:top-4">
      {t("nav.skip")}
    </a>
  );
}
