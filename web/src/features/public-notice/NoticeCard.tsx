/** The notice that calls are recorded, in the words of the rules. */
import type { PublicNotice } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { useI18n } from "../../i18n/language";

/** `titled` where its headline is not the page's own. */
export function NoticeCard({ notice, titled = false }: { notice: PublicNotice["notice"]; titled?: boolean }) {
  const { t, text } = useI18n();
  return (
    <section aria-label={t("public.notice")} className="card px-5 py-5 sm:px-7">
      {titled && <h2 className="mb-2 text-std-20B-150">{text(notice.title)}</h2>}
      <div className="space-y-3 text-std-17N-170">
        {notice.body.map((paragraph) => (
          <p key={paragraph.ja}>{text(paragraph)}</p>
        ))}
      </div>
      <p className="mt-4 flex flex-wrap items-center gap-2 border-t border-line pt-4 text-dns-16N-130 text-solid-gray-800">
        {t("public.ground")} <Article of={notice} />
      </p>
    </section>
  );
}
