// The form of IAM, bucket and key policies. Every statement has a Sid that says in words what it is for.
import type { Text, Value } from './template.js';

/** `operator: { key: value or values }`. All must hold. */
export type Condition = { [operator: string]: { [key: string]: Text | Text[] } };

/** Who a statement of a bucket's or a key's policy is about. */
export type Principal = '*' | { AWS: Text | Text[] } | { Service: Text | Text[] };

/** One rule. */
export interface Statement {
  Sid: string;
  Effect: 'Allow' | 'Deny';
  Principal?: Principal;
  Action: string[];
  Resource?: Text[];
  Condition?: Condition;
}

/** A policy of these statements, as a property. */
export function policy(statements: Statement[]): { [name: string]: Value } {
  return { Version: '2012-10-17', Statement: statements as unknown as Value };
}
