/** The mark of an article of the ordinance: every decision shows the one it rests on. In English the number alone is written. */
import { useI18n } from "../../i18n/language";

export function Article({ of }: { of: { article?: string | null; article_label?: string | null } }) {
  const { language, t } = useI18n();
  const english = language === "en" && of.article ? t("article.short", { article: of.article }) : undefined;
  return (
    <span lang={english === undefined ? "ja" : undefined} className="inline-block whitespace-nowrap rounded-4 border border-blue-300 bg-blue-50 px-1.5 text-dns-14B-130 leading-6 text-blue-1000">
      {english ?? of.article_label ?? of.article}
    </span>
  );
}
