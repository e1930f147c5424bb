// Mistakes in policies, made on purpose in a copy of the templates.
import { bucketId, roleId, type Bucket, type Role } from '../src/cell_names.js';
import type { Statement } from '../src/policy_document.js';
import type { Template } from '../src/template.js';

/** The statements of a role's policy. */
export function rolePolicy(cell: Template, role: Role): Statement[] {
  const policies = cell.Resources[roleId(role)]?.Properties['Policies'] as unknown as
    | { PolicyDocument: { Statement: Statement[] } }[]
    | undefined;
  return found(policies?.[0]?.PolicyDocument.Statement, role);
}

/** The statements of a bucket's policy. */
export function bucketPolicy(cell: Template, bucket: Bucket): Statement[] {
  const document = cell.Resources[`${bucketId(bucket)}Policy`]?.Properties['PolicyDocument'];
  return found((document as unknown as { Statement: Statement[] } | undefined)?.Statement, bucket);
}

/** The statements of a tenant's key. */
export function keyPolicy(tenantKey: Template): Statement[] {
  const document = tenantKey.Resources['Key']?.Properties['KeyPolicy'];
  return found((document as unknown as { Statement: Statement[] } | undefined)?.Statement, 'the key');
}

/** The statements of a cell's own key. */
export function cellKeyPolicy(cell: Template): Statement[] {
  const document = cell.Resources['CellKey']?.Properties['KeyPolicy'];
  return found((document as unknown as { Statement: Statement[] } | undefined)?.Statement, 'the cell’s key');
}

/** The statement is forgotten. */
export function dropFrom(statements: Statement[], sid: string): void {
  statements.splice(statements.indexOf(named(statements, sid)), 1);
}

/** The statement covers one action more. */
export function allowIn(statements: Statement[], sid: string, action: string): void {
  named(statements, sid).Action.push(action);
}

/** The statement forgets some of its conditions. */
export function loosen(statements: Statement[], sid: string, ...operators: string[]): void {
  const condition = named(statements, sid).Condition ?? {};
  for (const operator of operators) {
    found(condition[operator], `${sid} ${operator}`);
    delete condition[operator];
  }
}

function named(statements: Statement[], sid: string): Statement {
  return found(
    statements.find((statement) => statement.Sid === sid),
    sid,
  );
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what} to spoil`);
  return value;
}
