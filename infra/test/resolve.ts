// A template with its values filled in, as CloudFormation would when it makes the stack.
import type { Template, Value } from '../src/template.js';

/** The values of parameters, and of AWS's own (`AWS::AccountId`). */
export type Environment = { [name: string]: string };

/** The resources' properties with every reference replaced by what it would be. */
export function resolve(template: Template, environment: Environment): { [id: string]: { [name: string]: unknown } } {
  const fill = (value: Value): unknown => {
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== 'object') return value;
    if (typeof value['Ref'] === 'string') return named(value['Ref']);
    if (typeof value['Fn::Sub'] === 'string') {
      return value['Fn::Sub'].replace(/\$\{([^}]+)\}/g, (_, name: string) => named(name));
    }
    if (Array.isArray(value['Fn::GetAtt'])) return named(value['Fn::GetAtt'].join('.'));
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fill(inner)]));
  };
  const named = (name: string): string => {
    const known = environment[name] ?? template.Parameters[name]?.Default;
    if (known !== undefined) return String(known);
    const [id = '', attribute] = name.split('.');
    const resource = template.Resources[id];
    if (resource?.Type === 'AWS::S3::Bucket') {
      const bucket = String(fill(resource.Properties['BucketName'] as Value));
      return attribute === 'Arn' ? `arn:aws:s3:::${bucket}` : bucket;
    }
    if (resource?.Type === 'AWS::KMS::Key') {
      const at = `${environment['AWS::Region']}:${environment['AWS::AccountId']}`;
      return attribute === 'Arn' ? `arn:aws:kms:${at}:key/${environment['Tenant']}` : String(environment['Tenant']);
    }
    throw new Error(`nothing tells the value of ${name}`);
  };
  return Object.fromEntries(
    Object.entries(template.Resources).map(([id, resource]) => [
      id,
      fill(resource.Properties) as { [name: string]: unknown },
    ]),
  );
}
