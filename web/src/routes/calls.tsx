/** /calls: the call log and the counts of what was not kept. */
import { getRouteApi } from "@tanstack/react-router";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { days } from "../features/calls/call_search";
import { CallResults } from "../features/calls/CallResults";
import { CallSearchForm } from "../features/calls/CallSearchForm";
import { SearchChips } from "../features/calls/SearchChips";
import { UnrecordedCounts } from "../features/calls/UnrecordedCounts";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/calls");

export function CallsPage() {
  const { t } = useI18n();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const onSearch = (next: typeof search) => void navigate({ search: next });
  return (
    <>
      <PageHeading
        title={t("calls.title")}
        lead={t("calls.lead")}
        actions={
          <a href="#unrecorded" className="link">
            {t("calls.to_unrecorded")}
          </a>
        }
      />
      <CallSearchForm search={search} onSearch={onSearch} label={t("calls.search")} />
      <SearchChips search={search} onSearch={onSearch} />
      <CallResults search={search} />
      <UnrecordedCounts days={days(search, Date.now())} />
    </>
  );
}
