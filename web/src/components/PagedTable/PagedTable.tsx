/** A list that is read page by page: waiting, refused, empty, or a table with a button for more. */
import type { ReactNode } from "react";
import { useI18n } from "../../i18n/language";
import { Button } from "../Button/Button";
import { type Column, DataTable } from "../DataTable/DataTable";
import { Segmented } from "../Field/Field";
import { Loading } from "../Loading/Loading";
import { ProblemBanner } from "../ProblemBanner/ProblemBanner";

/** What is used of a list under way, as `useInfiniteQuery` gives it. */
export interface Pages<T> {
  data: { pages: { items: T[] }[] } | undefined;
  error: Error | null;
  isPending: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  refetch(): unknown;
  fetchNextPage(): unknown;
}

export function PagedTable<T>({ found, caption, columns, rowKey, empty }: { found: Pages<T>; caption: string; columns: Column<T>[]; rowKey(row: T): string; empty: ReactNode }) {
  if (found.isPending)
    return (
      <div className="card">
        <Loading />
      </div>
    );
  if (found.data === undefined) return <ProblemBanner error={found.error} onRetry={() => void found.refetch()} />;
  const rows = found.data.pages.flatMap((page) => page.items);
  return (
    <>
      <section aria-label={caption} className="card overflow-x-auto">
        {rows.length === 0 ? empty : <DataTable caption={caption} columns={columns} rows={rows} rowKey={rowKey} />}
      </section>
      <MoreButton found={found} />
    </>
  );
}

/** Reads one more page, while there is one. */
export function MoreButton({ found }: { found: Pick<Pages<unknown>, "hasNextPage" | "isFetchingNextPage" | "fetchNextPage"> }) {
  const { t } = useI18n();
  if (!found.hasNextPage) return null;
  return (
    <div className="mt-4 text-center">
      <Button size="md" disabled={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
        {found.isFetchingNextPage ? t("state.loading") : t("action.more")}
      </Button>
    </div>
  );
}

/** Narrows a list to what stands so: `group` has the words of each standing. */
export function StandingFilter<S extends string>({ legend, group, standings, standing, onStanding }: { legend: string; group: string; standings: readonly S[]; standing: S; onStanding(standing: S): void }) {
  const { word } = useI18n();
  return (
    <div className="mb-4">
      <Segmented legend={legend} hideLegend name="standing" value={standing} options={standings.map((value) => ({ value, label: word(group, value) }))} onChange={onStanding} />
    </div>
  );
}
