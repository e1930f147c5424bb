/** The policy file as text, line by line. */
import { useQuery } from "@tanstack/react-query";
import { CopyButton } from "../../components/CopyButton/CopyButton";
import { Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { policyTextQuery } from "./api";
import { type Mark, markLine } from "./toml";

const colours: Record<Mark, string> = {
  comment: "text-solid-gray-700",
  table: "font-bold text-blue-1000",
  key: "text-light-blue-900",
  string: "text-green-900",
  plain: "",
};

export function PolicyText() {
  const { t } = useI18n();
  const found = useQuery(policyTextQuery);
  if (found.isPending) return <Loading />;
  if (found.isError) return <ProblemBanner error={found.error} onRetry={() => void found.refetch()} />;
  const lines = found.data.replace(/\n$/, "").split("\n");
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <p className="text-solid-gray-800">{t("policy.text_lead")}</p>
        <CopyButton text={found.data} label={t("policy.copy")} size="sm" />
      </div>
      {/* biome-ignore lint: a scrolling region must take focus */}
      <div tabIndex={0} role="region" aria-label={t("policy.text")} className="card max-h-[70dvh] overflow-auto py-3">
        <ol className="min-w-max font-mono text-mono-14N-150">
          {lines.map((line, at) => (
            // biome-ignore lint: lines have no other name
            <li key={at} className="flex">
              <span aria-hidden="true" className="sticky left-0 w-12 shrink-0 bg-white pr-3 text-right text-solid-gray-700 select-none">
                {at + 1}
              </span>
              <code className="pr-6 whitespace-pre">
                {markLine(line).map((piece, place) => (
                  // biome-ignore lint: pieces have no other name
                  <span key={place} className={colours[piece.mark]}>
                    {piece.text}
                  </span>
                ))}
                {line === "" && "\u00a0"}
              </code>
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}
