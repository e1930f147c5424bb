// Whether policies allow a request: IAM's rules as far as our policies use them. What it does not know, it refuses to judge.
import type { Condition, Statement } from '../src/policy_document.js';

/** Everything a condition may look at. */
export type Context = { [key: string]: string | string[] };

/** Somebody who wants something. */
export interface Request {
  principal: string;
  action: string;
  resource: string;
  context: Context;
}

/** A statement with every value filled in. */
export interface Rule extends Omit<Statement, 'Action' | 'Resource' | 'Principal'> {
  Action: string[];
  Resource: string[];
  Principal?: '*' | { AWS?: string | string[]; Service?: string | string[] };
}

/** What the statements say: the first refusal wins, then an allowance; else nothing is said. */
export function judge(rules: Rule[], request: Request): 'allowed' | 'refused' | 'silent' {
  const about = rules.filter((rule) => matches(rule, request));
  if (about.some((rule) => rule.Effect === 'Deny')) return 'refused';
  return about.length > 0 ? 'allowed' : 'silent';
}

function matches(rule: Rule, request: Request): boolean {
  return (
    isAbout(rule.Principal, request.principal) &&
    rule.Action.some((pattern) => like(pattern.toLowerCase(), request.action.toLowerCase())) &&
    rule.Resource.some((pattern) => like(pattern, request.resource)) &&
    holds(rule.Condition ?? {}, request.context)
  );
}

/** Statements of an identity's own policy name nobody: they are about that identity. */
function isAbout(named: Rule['Principal'], principal: string): boolean {
  if (named === undefined || named === '*') return true;
  return many(named.AWS ?? []).includes(principal);
}

function holds(condition: Condition, context: Context): boolean {
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const found = context[key];
      return test(operator, found === undefined ? undefined : many(found), many(wanted as string | string[]));
    }),
  );
}

function test(operator: string, found: string[] | undefined, wanted: string[]): boolean {
  if (operator.endsWith('IfExists')) {
    return found === undefined || test(operator.slice(0, -'IfExists'.length), found, wanted);
  }
  const any = (equal: (value: string, pattern: string) => boolean) =>
    found !== undefined && found.some((value) => wanted.some((pattern) => equal(value, pattern)));
  switch (operator) {
    case 'StringEquals':
      return any((value, pattern) => value === pattern);
    case 'StringNotEquals':
      return !any((value, pattern) => value === pattern);
    case 'ArnEquals':
    case 'ArnLike':
    case 'StringLike':
      return any((value, pattern) => like(pattern, value));
    case 'ArnNotEquals':
      return !any((value, pattern) => like(pattern, value));
    case 'Bool':
      return any((value, pattern) => value === pattern);
    case 'NumericLessThan':
      return any((value, pattern) => Number(value) < Number(pattern));
    case 'Null':
      return wanted.includes(String(found === undefined));
    default:
      throw new Error(`the evaluator does not know ${operator}`);
  }
}

/** `*` stands for any characters, `?` for one. */
export function like(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${escaped}$`, 's').test(text);
}

function many(value: string | string[]): string[] {
  return Array.isArray(value) ? value : [value];
}
