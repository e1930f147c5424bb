/** Preservation holds and requests for erasure of the fictional city. */
import * as city from "./fixtures.mjs";

const hour = 3_600_000;
const at = (hours) => new Date(Date.now() - hours * hour).toISOString();
const day = (days) => new Date(Date.now() + 9 * hour + days * 24 * hour).toISOString().slice(0, 10);
const grounds = [
  { key: "investigation", name: { ja: "捜査機関の要請", en: "Request of investigators" }, sentence: { ja: "犯罪捜査のため捜査機関から要請があったとき。", en: "Investigators ask for the purpose of a criminal case." }, article: "7(1) proviso", article_label: "第7条第1項ただし書" },
  { key: "manager-order", name: { ja: "管理責任者の判断", en: "Manager's order" }, sentence: { ja: "管理責任者が保全の必要を認めたとき。", en: "The manager finds preservation necessary." }, article: "7(1) proviso", article_label: "第7条第1項ただし書" },
];
const rules = {
  article_label: "第7条第1項",
  sentence: { ja: "捜査機関の要請や管理責任者の判断により、録音を保全します。", en: "Recordings are held on the request of investigators or the manager's judgement." },
  grounds,
  two_persons: true,
  may_place: { allowed: true, rule: "access.permitted", article: "3(2)", article_label: "第3条第2項", sentence: { ja: "職「管理責任者」は「保全の開始」ができます。", en: "The post may place a hold." } },
  most_recordings: 1000,
};
const by = { id: city.people[0].id, display_name: city.people[0].display_name };
const other = { id: city.people[1].id, display_name: city.people[1].display_name };
const base = { origin: "person", placed_by: by, review_due: false, may: { extend: true, ask_release: true, release: false } };
export const holds = [
  { ...base, id: "h1", state: "active", ground: grounds[0], reason: "庁舎内での傷害事件について、捜査機関から照会があったため", authority: "あおぞら警察署 捜査関係事項照会書 第12号", placed_at: at(30), recording_count: 2, review_on: day(40) },
  { ...base, id: "h2", state: "release_asked", ground: grounds[1], reason: "窓口での言い争いの経過を確かめるため", authority: "管理責任者の指示(起案 8-311)", placed_at: at(300), recording_count: 1, review_on: day(-2), review_due: true, release_asked: { person: other, at: at(3), reason: "確認が終わり、相手方とも話がついたため" }, may: { extend: true, ask_release: false, release: true } },
  { ...base, id: "h3", state: "active", origin: "request", request: { kind: "erasure", id: "e1" }, ground: { key: "request-erasure", name: { ja: "消去の申出の処理中", en: "A request for erasure is open" }, sentence: { ja: "", en: "" }, article: "6(3)", article_label: "第6条第3項" }, reason: "消去の申出を決定するまで", authority: "見本 申出", placed_at: at(20), recording_count: 1, may: { extend: false, ask_release: false, release: false } },
];
export const page = ({ standing }) => ({
  items: holds.filter((hold) => standing === undefined || standing === "active" || (standing === "review_due" && hold.review_due) || hold.state === standing),
  rules,
});
export const holdOf = (id, summaries) => ({ ...(holds.find((hold) => hold.id === id) ?? holds[0]), recordings: summaries.slice(0, 2), not_shown: 0 });
export const selection = (found) => ({ count: found.length, more: false, most_recordings: 1000, held_already: 1, recordings: found.map((one) => one.id) });
const erasureRules = {
  application: "erasure",
  name: { ja: "消去申請", en: "Application for erasure" },
  form: "様式第2号",
  sentence: { ja: "申し出があれば速やかに消去します。確認が必要な録音は消去しません。", en: "Erased promptly when asked, unless it is needed for a check." },
  article_label: "第6条第3項",
  refused_while: [{ key: "unresolved-case", name: { ja: "未解決の対応事案", en: "Unresolved case" }, sentence: { ja: "未解決で、後日の確認が必要なとき。", en: "The case is unresolved." }, article_label: "第6条第3項" }],
};
const erasure = { id: "e1", state: "asked", requester: "見本 申出", identity: "運転免許証の提示", basis: { application: "erasure", name: erasureRules.name, article_label: "第6条第3項" }, reason: "家族の病名など、私的な内容を話したため", applied_on: day(-3), decide_by: day(11), asked_by: other, asked_at: at(20), recording_count: 1, may: { decide: true, withdraw: true } };
export const erasures = ({ recording }) => ({ items: recording === undefined ? [erasure] : [], rules: erasureRules });
export const erasureOf = (summaries) => ({
  ...erasure,
  recordings: [{ recording: summaries[0], standing: "asked", other_holds: 1, against: { allowed: false, rule: "erasure.refused_while", article: "6(3)", article_label: "第6条第3項", sentence: { ja: "「未解決の対応事案」に当たる間は消去できません。未解決で、後日の確認が必要なとき。", en: "Not erased while this stands against it." } } }],
  rules: erasureRules,
});
/** The first recording is held, the second waits for its destruction. */
export const keepingOf = (number) => (number === 0 ? { holds: holds.slice(0, 2) } : { holds: [] });
