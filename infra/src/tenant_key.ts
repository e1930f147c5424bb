// The template of one tenant's key. The same for a key of ours and for one in the city's own account.
import { contextOf, PURPOSE, RECORDING, REGISTRATION_PASSWORD, S3_OBJECT, TENANT, WRAPPING } from './encryption_context.js';
import { administeredByItsAccount, aliasOf, keptKey } from './key_administration.js';
import type { Condition, Statement } from './policy_document.js';
import { arnOf, ref, sub, type Template, type Text } from './template.js';

/** Only for data keys of this tenant and of these purposes. */
function dataKeysFor(purposes: string[]): Condition {
  return { StringEquals: { [contextOf(TENANT)]: ref('Tenant'), [contextOf(PURPOSE)]: purposes } };
}

/** Only through S3 of this region, for these places. */
function throughS3(...places: Text[]): Condition {
  return {
    StringEquals: { 'kms:ViaService': sub('s3.${AWS::Region}.amazonaws.com') },
    ArnEquals: { [contextOf(S3_OBJECT)]: places },
  };
}

/** Media share a bucket key, so S3 names the bucket; of wrapped keys it names the object, and that must be the tenant's. */
const MEDIA = sub('arn:${AWS::Partition}:s3:::${MediaBucket}');
const SECONDARY = sub('arn:${AWS::Partition}:s3:::${SecondaryBucket}');
const WRAPPED_KEYS = sub('arn:${AWS::Partition}:s3:::${KeyBucket}/${Tenant}/*');

function allow(sid: string, role: string, action: string, condition: Condition): Statement {
  return {
    Sid: sid,
    Effect: 'Allow',
    Principal: { AWS: ref(role) },
    Action: [action],
    Resource: ['*'],
    Condition: condition,
  };
}

const STATEMENTS: Statement[] = [
  administeredByItsAccount('TheOwnersAccountAdministers'),
  {
    Sid: 'WorkerAndApiSeeWhetherItIsAlive',
    Effect: 'Allow',
    Principal: { AWS: [ref('WorkerRole'), ref('ApiRole')] },
    Action: ['kms:DescribeKey'],
    Resource: ['*'],
  },
  allow('WorkerMakesKeysOfRecordings', 'WorkerRole', 'kms:GenerateDataKey', dataKeysFor([RECORDING, WRAPPING])),
  // No recording's: what is in its spool it opens under the cell's own key.
  allow('WorkerRegisters', 'WorkerRole', 'kms:Decrypt', dataKeysFor([REGISTRATION_PASSWORD])),
  allow('WorkerEncryptsInS3', 'WorkerRole', 'kms:GenerateDataKey', throughS3(MEDIA, WRAPPED_KEYS)),
  allow('WorkerReadsMediaBack', 'WorkerRole', 'kms:Decrypt', throughS3(MEDIA)),
  allow('ApiOpensRecordings', 'ApiRole', 'kms:Decrypt', dataKeysFor([RECORDING, WRAPPING])),
  allow(
    'ApiSealsRegistrationPasswords',
    'ApiRole',
    'kms:GenerateDataKey',
    dataKeysFor([REGISTRATION_PASSWORD]),
  ),
  allow('ApiReadsFromS3', 'ApiRole', 'kms:Decrypt', throughS3(MEDIA, SECONDARY, WRAPPED_KEYS)),
  allow('EraserReadsFromS3', 'EraserRole', 'kms:Decrypt', throughS3(MEDIA, SECONDARY, WRAPPED_KEYS)),
  allow('EraserEncryptsTheSecondTier', 'EraserRole', 'kms:GenerateDataKey', throughS3(SECONDARY)),
];

const ARN = '^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$';
const BUCKET = '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$';

/** The whole template. */
export function tenantKeyTemplate(): Template {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: "Rokuon: one tenant's key. Deploy it in the cell's account, or in the city's own (bring your own key)",
    Parameters: {
      Tenant: {
        Type: 'String',
        Description: "The tenant's key in Rokuon, as in its policy file",
        AllowedPattern: '^[a-z][a-z0-9-]{0,39}$',
      },
      WorkerRole: { Type: 'String', Description: "The cell's output WorkerRole", AllowedPattern: ARN },
      ApiRole: { Type: 'String', Description: "The cell's output ApiRole", AllowedPattern: ARN },
      EraserRole: { Type: 'String', Description: "The cell's output EraserRole", AllowedPattern: ARN },
      MediaBucket: { Type: 'String', Description: "The cell's output MediaBucket", AllowedPattern: BUCKET },
      SecondaryBucket: { Type: 'String', Description: "The cell's output SecondaryBucket", AllowedPattern: BUCKET },
      KeyBucket: { Type: 'String', Description: "The cell's output KeyBucket", AllowedPattern: BUCKET },
    },
    Resources: {
      Key: keptKey(sub('Rokuon: key of ${Tenant}'), STATEMENTS, {
        tags: [{ Key: 'rokuon-tenant', Value: ref('Tenant') }],
      }),
      Alias: aliasOf('Key', sub('alias/rokuon-${Tenant}')),
    },
    Outputs: {
      KeyArn: { Description: 'What Rokuon is told of this tenant', Value: arnOf('Key') },
    },
  };
}
