/** /recordings: search recordings; the search is the address. */
import { getRouteApi } from "@tanstack/react-router";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { callQuery } from "../features/calls/call_search";
import { CallSearchForm } from "../features/calls/CallSearchForm";
import { SearchChips } from "../features/calls/SearchChips";
import { HoldSearchButton } from "../features/holds/HoldSearchButton";
import { RecordingResults } from "../features/recordings/RecordingResults";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/recordings");

export function RecordingsPage() {
  const { t } = useI18n();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const onSearch = (next: typeof search) => void navigate({ search: next });
  return (
    <>
      <PageHeading title={t("recordings.title")} lead={t("recordings.lead")} />
      <CallSearchForm search={search} onSearch={onSearch} label={t("recordings.search")} withHeld />
      <SearchChips search={search} onSearch={onSearch} />
      <RecordingResults
        searchKey={search}
        query={() => callQuery(search, Date.now())}
        actions={<HoldSearchButton query={() => callQuery(search, Date.now())} />}
        onClear={Object.keys(search).length > 0 ? () => onSearch({}) : undefined} />
    </>
  );
}
