// The cell's own key, for what is of no tenant: each worker's key of its spool, and the tails of the spools in the media bucket.
import { bucketArn, roleArn } from './cell_names.js';
import { contextOf, PURPOSE, S3_OBJECT, SPOOL, TENANT } from './encryption_context.js';
import { administeredByItsAccount, aliasOf, keptKey } from './key_administration.js';
import type { Condition, Statement } from './policy_document.js';
import { sub, type Resource } from './template.js';

/** The logical id of the key. */
export const CELL_KEY = 'CellKey';

/** Only through S3 of this region, for the media bucket. */
const THROUGH_S3: Condition = {
  StringEquals: { 'kms:ViaService': sub('s3.${AWS::Region}.amazonaws.com') },
  ArnEquals: { [contextOf(S3_OBJECT)]: [bucketArn('media')] },
};

/** Only for spool keys, which are of no tenant. */
const SPOOL_KEYS: Condition = {
  StringEquals: { [contextOf(PURPOSE)]: [SPOOL] },
  Null: { [contextOf(TENANT)]: 'true' },
};

function worker(sid: string, action: string, condition: Condition): Statement {
  return {
    Sid: sid,
    Effect: 'Allow',
    Principal: { AWS: roleArn('worker') },
    Action: [action],
    Resource: ['*'],
    Condition: condition,
  };
}

const STATEMENTS: Statement[] = [
  administeredByItsAccount('TheAccountAdministers'),
  worker('WorkerMakesSpoolKeys', 'kms:GenerateDataKey', SPOOL_KEYS),
  worker('WorkerOpensSpoolKeys', 'kms:Decrypt', SPOOL_KEYS),
  worker('WorkerEncryptsTails', 'kms:GenerateDataKey', THROUGH_S3),
  worker('WorkerReadsTails', 'kms:Decrypt', THROUGH_S3),
];

/** The key and its alias by logical id. The roles must be there before a policy may name them. */
export function cellKey(): { [id: string]: Resource } {
  return {
    [CELL_KEY]: keptKey(sub('Rokuon: spools of ${Cell} and their tails'), STATEMENTS, { after: 'WorkerRole' }),
    CellKeyAlias: aliasOf(CELL_KEY, sub('alias/${Cell}-cell')),
  };
}
