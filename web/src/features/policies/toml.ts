/** Marks what a reader of a TOML file looks for: comments, table headings, keys, strings. Not a parser. */

export type Mark = "comment" | "table" | "key" | "string" | "plain";
export interface Piece {
  mark: Mark;
  text: string;
}

/** Pieces of one line; joined they are the line again. */
export function markLine(line: string): Piece[] {
  const trimmed = line.trimStart();
  if (trimmed.startsWith("#")) return [{ mark: "comment", text: line }];
  if (/^\[\[?[^\]]+\]\]?\s*(#.*)?$/.test(trimmed)) {
    const end = line.lastIndexOf("]") + 1;
    return pieces([{ mark: "table", text: line.slice(0, end) }, { mark: "comment", text: line.slice(end) }]);
  }
  const equals = /^(\s*[\w.\-"]+\s*)=/.exec(line);
  if (equals?.[1] === undefined) return strings(line);
  return pieces([{ mark: "key", text: equals[1] }, { mark: "plain", text: "=" }, ...strings(line.slice(equals[1].length + 1))]);
}

function strings(text: string): Piece[] {
  const found: Piece[] = [];
  const pattern = /"(?:[^"\\]|\\.)*"|'[^']*'|#.*$/g;
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    found.push({ mark: "plain", text: text.slice(at, match.index) }, { mark: match[0].startsWith("#") ? "comment" : "string", text: match[0] });
    at = match.index + match[0].length;
  }
  return pieces([...found, { mark: "plain", text: text.slice(at) }]);
}

function pieces(all: Piece[]): Piece[] {
  return all.filter((piece) => piece.text !== "");
}
