/** Beside a search result: hold everything it finds. */
import { useState } from "react";
import { can, useMe } from "../../api/session";
import type { SelectionQuery } from "../../api/types";
import { Button } from "../../components/Button/Button";
import { useI18n } from "../../i18n/language";
import { PlaceDialog } from "./PlaceDialog";

/** `query` is made when the button is pressed: "today" moves. */
export function HoldSearchButton({ query }: { query: () => SelectionQuery }) {
  const { t } = useI18n();
  const me = useMe();
  const [search, setSearch] = useState<SelectionQuery | undefined>(undefined);
  if (!can(me, "hold.place")) return null;
  return (
    <>
      <Button icon="lock" size="xs" onClick={() => setSearch(query())}>
        {t("holds.place_on_search")}
      </Button>
      {search !== undefined && <PlaceDialog on={{ search }} onClose={() => setSearch(undefined)} />}
    </>
  );
}
