/** Shows a refusal or failure of the API in words, with the article when one was named. */
import { ProblemError } from "../../api/problem";
import { useI18n } from "../../i18n/language";
import { Article } from "../Article/Article";
import { Banner } from "../Banner/Banner";
import { Button } from "../Button/Button";

export function ProblemBanner({ error, onRetry, className }: { error: unknown; onRetry?: () => void; className?: string }) {
  const { t } = useI18n();
  const problem = error instanceof ProblemError ? error.problem : undefined;
  const refused = problem?.article !== undefined && problem.article !== null;
  const title = problem?.title || t("problem.unreachable");
  return (
    <Banner tone="error" live title={title} {...(className === undefined ? {} : { className })}>
      {problem?.detail ? <p>{problem.detail}</p> : problem === undefined && <p>{t("problem.try_again")}</p>}
      {refused && (
        <p className="mt-1">
          {t("problem.on_article")} <Article of={problem} />
        </p>
      )}
      {onRetry !== undefined && !refused && (
        <Button size="xs" className="mt-2" onClick={onRetry}>
          {t("action.retry")}
        </Button>
      )}
    </Banner>
  );
}
