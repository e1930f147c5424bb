// A cell: the cities that share one set of Rokuon's processes, buckets and roles. Their names inside the cell's template.
import { arnOf, sub, type Text } from './template.js';

/** The buckets, in the words of the object store's port. */
export const BUCKETS = ['media', 'secondary', 'keys'] as const;
export type Bucket = (typeof BUCKETS)[number];

/** The processes that hold a role, each its own. */
export const ROLES = ['worker', 'api', 'eraser'] as const;
export type Role = (typeof ROLES)[number];

const LOGICAL: Record<Bucket, string> = { media: 'MediaBucket', secondary: 'SecondaryBucket', keys: 'KeyBucket' };

/** The logical id of a bucket. */
export function bucketId(bucket: Bucket): string {
  return LOGICAL[bucket];
}

/** The real name of a bucket: known before it is made, so that a city's key may name it. */
export function bucketName(bucket: Bucket): Text {
  return sub(`\${Cell}-${bucket}-\${AWS::AccountId}`);
}

/** The bucket itself. */
export function bucketArn(bucket: Bucket): Text {
  return arnOf(bucketId(bucket));
}

/** All objects in a bucket. */
export function objectsOf(bucket: Bucket): Text {
  return sub(`\${${bucketId(bucket)}.Arn}/*`);
}

/** The logical id of a role. */
export function roleId(role: Role): string {
  return `${role.charAt(0).toUpperCase()}${role.slice(1)}Role`;
}

/** A role's ARN by its name: known before it is made. */
export function roleArn(role: Role): Text {
  return sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/\${Cell}-${role}`);
}
