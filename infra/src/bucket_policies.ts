// What a bucket refuses, whoever asks: also the account's administrators, as long as this policy stands.
import { BUCKETS, bucketArn, bucketId, objectsOf, roleArn, type Bucket, type Role } from './cell_names.js';
import { policy, type Statement } from './policy_document.js';
import { ref, type Resource } from './template.js';

/** Who may create objects. The eraser moves media to the second tier. */
const WRITERS: Record<Bucket, Role[]> = { media: ['worker'], secondary: ['eraser'], keys: ['worker'] };

/** Refuses these actions to everybody but the roles. A session of a role is known by the role's ARN. */
function onlyFor(roles: Role[], sid: string, bucket: Bucket, actions: string[]): Statement {
  return {
    Sid: sid,
    Effect: 'Deny',
    Principal: '*',
    Action: actions,
    Resource: [objectsOf(bucket)],
    Condition: { ArnNotEquals: { 'aws:PrincipalArn': roles.map(roleArn) } },
  };
}

function refusals(bucket: Bucket): Statement[] {
  const everything = [bucketArn(bucket), objectsOf(bucket)];
  const objects = [objectsOf(bucket)];
  return [
    {
      Sid: 'NothingInTheClearOnTheWire',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:*'],
      Resource: everything,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: 'NoTlsBefore12',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:*'],
      Resource: everything,
      Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } },
    },
    {
      Sid: 'NoOtherEncryptionThanKms',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:PutObject'],
      Resource: objects,
      Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
    },
    {
      Sid: 'NoObjectWithoutAKeyNamed',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:PutObject'],
      Resource: objects,
      Condition: { Null: { 's3:x-amz-server-side-encryption-aws-kms-key-id': 'true' } },
    },
    {
      Sid: 'NothingIsOverwritten',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:PutObject'],
      Resource: objects,
      Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
    },
    {
      Sid: 'NothingIsHiddenByAMarker',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:DeleteObject'],
      Resource: objects,
    },
    {
      Sid: 'NothingIsLockedForATerm',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:PutObjectRetention', 's3:BypassGovernanceRetention'],
      Resource: objects,
    },
    onlyFor(['eraser'], 'TheEraserAloneErases', bucket, ['s3:DeleteObjectVersion']),
    onlyFor(['eraser'], 'TheEraserAloneHolds', bucket, ['s3:PutObjectLegalHold']),
    onlyFor(['eraser'], 'TheEraserAloneRetags', bucket, [
      's3:PutObjectVersionTagging',
      's3:DeleteObjectTagging',
      's3:DeleteObjectVersionTagging',
    ]),
    onlyFor(WRITERS[bucket], 'NobodyElseWrites', bucket, ['s3:PutObject']),
    onlyFor(['worker', 'api', 'eraser'], 'NobodyElseReads', bucket, ['s3:GetObject', 's3:GetObjectVersion']),
    {
      Sid: 'NobodyOfAnotherAccount',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:*'],
      Resource: everything,
      Condition: { StringNotEquals: { 'aws:PrincipalAccount': ref('AWS::AccountId') } },
    },
  ];
}

/** The policy resources by logical id. */
export function bucketPolicies(): { [id: string]: Resource } {
  return Object.fromEntries(
    BUCKETS.map((bucket) => [
      `${bucketId(bucket)}Policy`,
      {
        Type: 'AWS::S3::BucketPolicy',
        Properties: { Bucket: ref(bucketId(bucket)), PolicyDocument: policy(refusals(bucket)) },
      },
    ]),
  );
}
