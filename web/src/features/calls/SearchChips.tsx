/** What is being searched for, in words; each condition can be taken away. */
import { useQuery } from "@tanstack/react-query";
import { departmentsQuery, linesQuery } from "../../api/lookups";
import { Button } from "../../components/Button/Button";
import { Icon } from "../../components/Icon/Icon";
import { duration, longDay } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { telephone } from "../../i18n/telephone";
import type { CallSearch } from "./call_search";

export function SearchChips({ search, onSearch }: { search: CallSearch; onSearch(search: CallSearch): void }) {
  const { t, text, word, language } = useI18n();
  const departments = useQuery(departmentsQuery);
  const lines = useQuery(linesQuery);
  const moment = (civil: string | undefined): string => (civil === undefined ? "" : `${longDay(civil.slice(0, 10), language)}${civil.length > 10 ? ` ${civil.slice(11)}` : ""}`);
  const chips: { label: string; without: (keyof CallSearch)[] }[] = [];
  if (search.range !== undefined)
    chips.push({
      label: search.range === "custom" ? `${moment(search.from)} ${t("search.until")} ${moment(search.to)}` : t(`search.range.${search.range}`),
      without: ["range", "from", "to"],
    });
  if (search.number !== undefined)
    chips.push({ label: `${t("search.number")} ${search.match === undefined ? telephone(search.number) : `${search.number} (${t(`search.match.${search.match}`)})`}`, without: ["number", "match"] });
  if (search.q !== undefined) chips.push({ label: `${t("search.words")} ${search.q}`, without: ["q"] });
  if (search.department !== undefined) {
    const found = departments.data?.find((department) => department.id === search.department);
    chips.push({ label: `${t("call.department")} ${found === undefined ? search.department : text(found.name)}`, without: ["department"] });
  }
  if (search.direction !== undefined) chips.push({ label: word("direction", search.direction), without: ["direction"] });
  if (search.line !== undefined) {
    const found = lines.data?.find((line) => line.key === search.line);
    chips.push({ label: `${t("call.line")} ${found === undefined ? search.line : text(found.name)}`, without: ["line"] });
  }
  if (search.told !== undefined) chips.push({ label: `${t("announcement.title")} ${word("announcement.status", search.told)}`, without: ["told"] });
  if (search.held !== undefined) chips.push({ label: t("search.held"), without: ["held"] });
  if (search.min !== undefined) chips.push({ label: t("search.at_least", { length: duration(Number(search.min)) }), without: ["min"] });
  if (search.max !== undefined) chips.push({ label: t("search.at_most", { length: duration(Number(search.max)) }), without: ["max"] });
  if (chips.length === 0) return null;

  return (
    <ul aria-label={t("search.active")} className="mb-3 flex flex-wrap items-center gap-2">
      {chips.map((chip) => (
        <li key={chip.without.join()} className="inline-flex max-w-full items-center rounded-full border border-blue-300 bg-blue-50 pl-3 text-dns-14N-130 text-blue-1000">
          {chip.label}
          <button
            type="button"
            aria-label={t("search.remove", { condition: chip.label })}
            className="ml-1 inline-flex size-8 items-center justify-center rounded-full hover:bg-blue-200"
            onClick={() => {
              const rest = { ...search };
              for (const key of chip.without) delete rest[key];
              onSearch(rest);
            }}
          >
            <Icon name="close" size={14} />
          </button>
        </li>
      ))}
      <li>
        <Button look="text" size="xs" onClick={() => onSearch({})}>
          {t("search.clear")}
        </Button>
      </li>
    </ul>
  );
}
