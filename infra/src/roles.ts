// What each process may do, and nothing besides. What a role may do with a tenant's key stands in that key's policy too.
import { BUCKETS, bucketArn, objectsOf, roleId, ROLES, type Role } from './cell_names.js';
import { contextOf, PURPOSE, RECORDING, REGISTRATION_PASSWORD, S3_OBJECT, TENANT, WRAPPING } from './encryption_context.js';
import { BACKSTOP_TAG } from './lifecycle_rules.js';
import { policy, type Condition, type Statement } from './policy_document.js';
import { ref, sub, type Resource, type Text } from './template.js';

/** Tenants' keys: of this account, or of a city that brings its own. Each key's policy names the roles it serves. */
const KEYS: Text[] = [sub('arn:${AWS::Partition}:kms:${AWS::Region}:*:key/*')];

/** Only for our own data keys, whose context names a tenant and this purpose. */
function dataKeysFor(purposes: string[]): Condition {
  return {
    StringEquals: { [contextOf(PURPOSE)]: purposes },
    Null: { [contextOf(TENANT)]: 'false' },
  };
}

/** Only through S3, for the objects of these buckets. */
function throughS3(...places: Text[]): Condition {
  return {
    StringEquals: { 'kms:ViaService': sub('s3.${AWS::Region}.amazonaws.com') },
    ArnLike: { [contextOf(S3_OBJECT)]: places },
  };
}

const listing: Statement = {
  Sid: 'FindWhetherAnObjectIsThere',
  Effect: 'Allow',
  Action: ['s3:ListBucket'],
  Resource: BUCKETS.map(bucketArn),
};

/** Of this account's keys each says so itself; an allowance here would reach those of other cells, too. */
const describing: Statement = {
  Sid: 'SeeWhetherACitysOwnKeyIsAlive',
  Effect: 'Allow',
  Action: ['kms:DescribeKey'],
  Resource: KEYS,
  Condition: { StringNotEquals: { 'aws:ResourceAccount': ref('AWS::AccountId') } },
};

const STATEMENTS: Record<Role, Statement[]> = {
  worker: [
    listing,
    describing,
    {
      Sid: 'PutMediaAndWrappedKeys',
      Effect: 'Allow',
      Action: ['s3:PutObject'],
      Resource: [objectsOf('media'), objectsOf('keys')],
    },
    {
      // At creation only: who may retag what is there could hand it to a lifecycle rule.
      Sid: 'TagWhatIsNew',
      Effect: 'Allow',
      Action: ['s3:PutObjectTagging'],
      Resource: [objectsOf('media'), objectsOf('keys')],
      Condition: { Null: { [`s3:ExistingObjectTag/${BACKSTOP_TAG}`]: 'true' } },
    },
    {
      Sid: 'ReadBackWhatWasPut',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: [objectsOf('media')],
    },
    {
      // HEAD, to be exact: octets would need the tenant's key, whose policy does not open this bucket to the worker.
      Sid: 'SeeThatAWrappedKeyIsThere',
      Effect: 'Allow',
      Action: ['s3:GetObject'],
      Resource: [objectsOf('keys')],
    },
    {
      Sid: 'MakeKeysOfRecordings',
      Effect: 'Allow',
      Action: ['kms:GenerateDataKey'],
      Resource: KEYS,
      Condition: dataKeysFor([RECORDING, WRAPPING]),
    },
    {
      // No recording's: what is in a spool is opened under the cell's own key, which says so itself.
      Sid: 'OpenRegistrationPasswords',
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: KEYS,
      Condition: dataKeysFor([REGISTRATION_PASSWORD]),
    },
    {
      Sid: 'EncryptInS3',
      Effect: 'Allow',
      Action: ['kms:GenerateDataKey'],
      Resource: KEYS,
      Condition: throughS3(bucketArn('media'), objectsOf('keys')),
    },
    {
      Sid: 'ReadMediaBackFromS3',
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: KEYS,
      Condition: throughS3(bucketArn('media')),
    },
  ],
  api: [
    listing,
    describing,
    {
      Sid: 'ReadForPlayback',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: BUCKETS.map(objectsOf),
    },
    {
      Sid: 'OpenRecordings',
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: KEYS,
      Condition: dataKeysFor([RECORDING, WRAPPING]),
    },
    {
      // It seals a password that somebody enters and can never read it again.
      Sid: 'SealRegistrationPasswords',
      Effect: 'Allow',
      Action: ['kms:GenerateDataKey'],
      Resource: KEYS,
      Condition: dataKeysFor([REGISTRATION_PASSWORD]),
    },
    {
      Sid: 'ReadFromS3',
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: KEYS,
      Condition: throughS3(bucketArn('media'), bucketArn('secondary'), objectsOf('keys')),
    },
  ],
  eraser: [
    listing,
    {
      Sid: 'ListVersions',
      Effect: 'Allow',
      Action: ['s3:ListBucketVersions'],
      Resource: BUCKETS.map(bucketArn),
    },
    {
      Sid: 'EraseVersions',
      Effect: 'Allow',
      Action: ['s3:DeleteObjectVersion'],
      Resource: BUCKETS.map(objectsOf),
    },
    {
      Sid: 'HoldAndLetGo',
      Effect: 'Allow',
      Action: ['s3:PutObjectLegalHold', 's3:GetObjectLegalHold'],
      Resource: BUCKETS.map(objectsOf),
    },
    {
      Sid: 'TagForTheBackstop',
      Effect: 'Allow',
      Action: [
        's3:PutObjectTagging',
        's3:GetObjectTagging',
        's3:DeleteObjectTagging',
        's3:PutObjectVersionTagging',
        's3:GetObjectVersionTagging',
        's3:DeleteObjectVersionTagging',
      ],
      Resource: BUCKETS.map(objectsOf),
    },
    {
      // To hash it again, and to move it. Without a data key it is noise: no statement lets the eraser unwrap one.
      Sid: 'ReadAgain',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: BUCKETS.map(objectsOf),
    },
    {
      Sid: 'MoveToTheSecondTier',
      Effect: 'Allow',
      Action: ['s3:PutObject'],
      Resource: [objectsOf('secondary')],
    },
    {
      Sid: 'ReadFromS3',
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: KEYS,
      Condition: throughS3(bucketArn('media'), bucketArn('secondary'), objectsOf('keys')),
    },
    {
      Sid: 'EncryptTheSecondTierInS3',
      Effect: 'Allow',
      Action: ['kms:GenerateDataKey'],
      Resource: KEYS,
      Condition: throughS3(bucketArn('secondary')),
    },
  ],
};

function role(which: Role): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: sub(`\${Cell}-${which}`),
      Description: `Rokuon: what the ${which} may do`,
      MaxSessionDuration: 3_600,
      AssumeRolePolicyDocument: policy([
        {
          Sid: 'TasksOfThisAccount',
          Effect: 'Allow',
          Principal: { Service: ref('RunOn') },
          Action: ['sts:AssumeRole', 'sts:TagSession'],
          Condition: {
            StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') },
            // A cluster's pods say which service account they are; tasks of ECS say nothing, and are bound by iam:PassRole.
            StringEqualsIfExists: { 'aws:RequestTag/kubernetes-service-account': sub(`\${Cell}-${which}`) },
          },
        },
      ]),
      Policies: [{ PolicyName: which, PolicyDocument: policy(STATEMENTS[which]) }],
    },
  };
}

/** The role resources by logical id. */
export function roles(): { [id: string]: Resource } {
  return Object.fromEntries(ROLES.map((which) => [roleId(which), role(which)]));
}
