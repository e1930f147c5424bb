/** The tenant's policy as rules a clerk can read, each beside its article, with a table of contents. */
import type { PolicyPage } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { useI18n } from "../../i18n/language";

export function PolicyRules({ policy }: { policy: PolicyPage }) {
  const { t, text } = useI18n();
  return (
    <div className="items-start gap-6 lg:grid lg:grid-cols-[14rem_minmax(0,1fr)]">
      <nav aria-label={t("policy.contents")} className="card mb-5 p-4 lg:sticky lg:top-20 lg:mb-0 lg:max-h-[calc(100dvh-6rem)] lg:overflow-y-auto">
        <h2 className="mb-2 text-dns-16B-130">{t("policy.contents")}</h2>
        <ol className="space-y-0.5">
          {policy.sections.map((section, at) => (
            <li key={section.title.ja}>
              <a href={`#section-${at + 1}`} className="block rounded-4 px-2 py-1.5 text-dns-16N-130 text-blue-900 hover:bg-blue-50 hover:underline">
                {text(section.title)}
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <div className="space-y-5">
        {policy.sections.map((section, at) => (
          <section key={section.title.ja} aria-labelledby={`section-${at + 1}`} className="card px-5 py-4">
            <h2 id={`section-${at + 1}`} tabIndex={-1} className="mb-1 text-std-20B-150">
              {text(section.title)}
            </h2>
            <ul className="divide-y divide-line">
              {section.rules.map((rule, number) => (
                <li key={`${rule.article} ${number}`} className="grid gap-x-4 gap-y-1 py-3 sm:grid-cols-[12rem_minmax(0,1fr)]">
                  <span className="*:max-w-full *:whitespace-normal">
                    <Article of={rule} />
                  </span>
                  <p className="text-std-16N-170">{text(rule.sentence)}</p>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </div>
  );
}
