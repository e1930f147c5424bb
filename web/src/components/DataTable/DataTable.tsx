/**
 * A table that folds into one block per row on narrow screens. Roles are written out because `display: block` would
 * otherwise take the table's meaning away from screen readers.
 */
import type { ReactNode } from "react";
import { classes } from "../classes";

export interface Column<Row> {
  key: string;
  title: string;
  cell(row: Row): ReactNode;
  /** This cell names the row. */
  rowHeader?: boolean;
  align?: "right";
  className?: string;
}

interface DataTableProps<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey(row: Row): string;
  /** Rows of one group stand together under its heading. */
  group?(row: Row): { key: string; heading: ReactNode };
  onRowClick?(row: Row): void;
  busy?: boolean;
}

export function DataTable<Row>({ caption, columns, rows, rowKey, group, onRowClick, busy = false }: DataTableProps<Row>) {
  const groups: { key: string; heading: ReactNode; rows: Row[] }[] = [];
  for (const row of rows) {
    const of = group?.(row) ?? { key: "all", heading: undefined };
    const last = groups.at(-1);
    if (last?.key === of.key) last.rows.push(row);
    else groups.push({ ...of, rows: [row] });
  }
  return (
    // biome-ignore lint: roles are explicit on purpose, see above
    <table role="table" aria-busy={busy} className="fold w-full border-collapse text-left text-dns-16N-130">
      <caption className="sr-only">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row" className="border-b border-solid-gray-420">
          {columns.map((column) => (
            <th key={column.key} role="columnheader" scope="col" className={classes("whitespace-nowrap px-3 py-2 text-dns-14B-130 text-solid-gray-800 first:pl-5 last:pr-5", column.align === "right" && "text-right")}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      {groups.map((of) => (
        <tbody key={of.key} role="rowgroup">
          {of.heading !== undefined && (
            <tr role="row" className="group-row">
              <th role="rowheader" scope="rowgroup" colSpan={columns.length} className="bg-solid-gray-50 px-5 py-2 text-dns-14B-130 text-solid-gray-800">
                {of.heading}
              </th>
            </tr>
          )}
          {of.rows.map((row) => (
            <tr
              key={rowKey(row)}
              role="row"
              onClick={
                onRowClick === undefined
                  ? undefined
                  : (event) => {
                      const inner = (event.target as Element).closest("a, button, input, select, label");
                      if (inner === null && (window.getSelection()?.toString() ?? "") === "") onRowClick(row);
                    }
              }
              className={classes("border-b border-line align-top last:border-b-0", onRowClick !== undefined && "cursor-pointer hover:bg-blue-50 focus-within:bg-blue-50")}
            >
              {columns.map((column) => {
                const className = classes("px-3 py-2.5 first:pl-5 last:pr-5", column.align === "right" && "text-right", column.className);
                return column.rowHeader === true ? (
                  <th key={column.key} role="rowheader" scope="row" className={classes(className, "font-normal")} data-label={column.title}>
                    <div className="min-w-0">{column.cell(row)}</div>
                  </th>
                ) : (
                  <td key={column.key} role="cell" className={className} data-label={column.title}>
                    <div className="min-w-0">{column.cell(row)}</div>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  );
}
