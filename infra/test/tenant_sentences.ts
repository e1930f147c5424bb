// What the templates promise about tenants' keys and about settings.
import { BUCKETS, ROLES } from '../src/cell_names.js';
import { CELLS, CITYS, OURS, type Cell, type Tenant } from './cloud.js';
import { allowIn, cellKeyPolicy, dropFrom, keyPolicy, loosen, rolePolicy } from './mistakes.js';
import type { Sentence } from './sentences.js';

const cells = Object.keys(CELLS) as Cell[];
const tenants: Tenant[] = cells.flatMap((cell) => [...CELLS[cell]]);
const PURPOSES = ['recording', 'wrapping', 'registration_password'];

/** What nobody who runs may do to a bucket or a key. */
const SETTINGS = [
  's3:PutLifecycleConfiguration',
  's3:PutBucketVersioning',
  's3:PutBucketObjectLockConfiguration',
  's3:PutBucketPolicy',
  's3:DeleteBucketPolicy',
  's3:DeleteBucket',
  's3:PutEncryptionConfiguration',
  's3:PutReplicationConfiguration',
  's3:PutBucketPublicAccessBlock',
];
const KEY_SETTINGS = [
  'kms:PutKeyPolicy',
  'kms:CreateGrant',
  'kms:DisableKey',
  'kms:ScheduleKeyDeletion',
  'kms:DisableKeyRotation',
  'kms:Encrypt',
  'kms:ReEncryptFrom',
];

/** The context of a spool key. */
const SPOOL = { 'kms:EncryptionContext:purpose': 'spool' };

function contextOf(tenant: Tenant) {
  return { 'kms:EncryptionContext:tenant': tenant, 'kms:EncryptionContext:purpose': 'recording' };
}

export const TENANT_SENTENCES: Sentence[] = [
  {
    says: 'spool keys and tails are made, put and read by the workers of their cell alone, under the cell’s own key, which serves nothing else',
    exceptions: (cloud) =>
      cells.flatMap((cell) => {
        const [media, tail] = [cloud.bucket(cell, 'media'), '_tails/019a0000-0000-7000-8000-000000000000/0000000001-000000000000'];
        const worker = cloud.role(cell, 'worker');
        const others = [...cells.flatMap((other) => ROLES.map((role) => cloud.role(other, role))), cloud.administrator(OURS)];
        const { made, opened } = cloud.spool(worker, cell);
        const uses = [{}, ...CELLS[cell].flatMap((tenant) => [contextOf(tenant), { ...contextOf(tenant), ...SPOOL }])];
        return [
          ...(made && opened ? [] : [`${cell}: no spool key`]),
          ...(cloud.put(worker, media, tail, cell) ? [] : [`${cell}: no tail is put`]),
          ...(cloud.read(worker, media, tail, cell) ? [] : [`${cell}: no tail is read`]),
          ...others
            .filter((who) => who !== worker)
            .filter((who) => {
              const spool = cloud.spool(who, cell);
              return spool.made || spool.opened || cloud.put(who, media, tail, cell) || cloud.read(who, media, tail, cell);
            })
            .map((who) => `${who} touches the spools of ${cell}`),
          ...uses
            .filter((context) => ['kms:Decrypt', 'kms:GenerateDataKey'].some((action) => cloud.kms(worker, action, cell, context)))
            .map((context) => `${cell}: the key serves ${JSON.stringify(context)}`),
        ];
      }),
    mistakes: {
      'a key for everybody': ({ cell }) => allowIn(cellKeyPolicy(cell), 'TheAccountAdministers', 'kms:*'),
      'a key for anything': ({ cell }) => loosen(cellKeyPolicy(cell), 'WorkerReadsTails', 'StringEquals', 'ArnEquals'),
      'a key for tenants': ({ cell }) => loosen(cellKeyPolicy(cell), 'WorkerOpensSpoolKeys', 'Null'),
      'a spool that nobody opens': ({ cell }) => dropFrom(cellKeyPolicy(cell), 'WorkerOpensSpoolKeys'),
    },
  },
  {
    says: 'no role touches the key of a tenant of another cell',
    exceptions: (cloud) =>
      cells.flatMap((cell) =>
        ROLES.flatMap((role) =>
          tenants
            .filter((tenant) => cloud.cellOf(tenant) !== cell)
            .flatMap((tenant) => {
              const who = cloud.role(cell, role);
              const uses = PURPOSES.flatMap((purpose) =>
                [tenant, ...CELLS[cell]].flatMap((named) => [
                  cloud.unwrap(who, tenant, purpose, named),
                  cloud.generate(who, tenant, purpose, named),
                ]),
              );
              const stores = BUCKETS.flatMap((kind) =>
                cells.flatMap((home) => [
                  cloud.put(who, cloud.bucket(home, kind), `${tenant}/019a00/r/x`, tenant),
                  cloud.read(who, cloud.bucket(home, kind), `${tenant}/019a00/r/x`, tenant),
                ]),
              );
              const touched = [...uses, ...stores, cloud.kms(who, 'kms:DescribeKey', tenant)].some(Boolean);
              return touched ? [`${who} uses the key of ${tenant}`] : [];
            }),
        ),
      ),
    mistakes: {
      'a key that leaves it to the account': ({ tenantKey }) =>
        ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'].forEach((action) =>
          allowIn(keyPolicy(tenantKey), 'TheOwnersAccountAdministers', action),
        ),
    },
  },
  {
    says: 'within a cell each tenant’s key serves that tenant’s data keys and wrapped keys only',
    exceptions: (cloud) =>
      ROLES.flatMap((role) =>
        tenants.flatMap((tenant) =>
          tenants
            .filter((other) => other !== tenant)
            .flatMap((other) => {
              const who = cloud.role(cloud.cellOf(tenant), role);
              const keys = cloud.bucket(cloud.cellOf(tenant), 'keys');
              const crossed = [
                ...PURPOSES.flatMap((purpose) => [
                  cloud.unwrap(who, tenant, purpose, other),
                  cloud.generate(who, tenant, purpose, other),
                ]),
                cloud.put(who, keys, `${other}/019a00/r/key`, tenant),
                cloud.read(who, keys, `${other}/019a00/r/key`, tenant),
              ].some(Boolean);
              return crossed ? [`${who} uses the key of ${tenant} for ${other}`] : [];
            }),
        ),
      ),
    mistakes: {
      'a key without its tenant': ({ tenantKey }) =>
        keyPolicy(tenantKey).forEach((statement) => {
          const equals = statement.Condition?.['StringEquals'];
          if (equals !== undefined) delete equals['kms:EncryptionContext:tenant'];
        }),
      'the worker’s wrapped keys anywhere': ({ tenantKey }) =>
        loosen(keyPolicy(tenantKey), 'WorkerEncryptsInS3', 'ArnEquals'),
    },
  },
  {
    says: 'no data key is made or unwrapped for a purpose nobody knows, or without a context',
    exceptions: (cloud) =>
      cells.flatMap((cell) =>
        ROLES.flatMap((role) =>
          tenants.flatMap((tenant) => {
            const who = cloud.role(cell, role);
            return cloud.unwrap(who, tenant, 'anything') ||
              cloud.generate(who, tenant, 'anything') ||
              cloud.kms(who, 'kms:Decrypt', tenant) ||
              cloud.kms(who, 'kms:GenerateDataKey', tenant)
              ? [`${who} uses the key of ${tenant} for anything`]
              : [];
          }),
        ),
      ),
    mistakes: {
      'no conditions': ({ cell, tenantKey }) => {
        loosen(rolePolicy(cell, 'worker'), 'MakeKeysOfRecordings', 'StringEquals', 'Null');
        loosen(keyPolicy(tenantKey), 'WorkerMakesKeysOfRecordings', 'StringEquals');
      },
    },
  },
  {
    says: 'no running process changes a bucket’s or a key’s settings, or who may use them',
    exceptions: (cloud) =>
      cells.flatMap((cell) =>
        ROLES.flatMap((role) => {
          const who = cloud.role(cell, role);
          return [
            ...cells.flatMap((home) => BUCKETS.map((kind) => cloud.bucket(home, kind))).flatMap((bucket) =>
              SETTINGS.filter((action) => cloud.s3(who, action, bucket)).map((action) => `${who} may ${action}`),
            ),
            ...tenants.flatMap((tenant) =>
              KEY_SETTINGS.filter((action) =>
                [{}, contextOf(tenant)].some((context) => cloud.kms(who, action, tenant, context)),
              ).map((action) => `${who} may ${action}`),
            ),
          ];
        }),
      ),
    mistakes: {
      'an eraser that may change rules': ({ cell }) =>
        allowIn(rolePolicy(cell, 'eraser'), 'ListVersions', 's3:PutLifecycleConfiguration'),
      'a worker that may hand out grants': ({ tenantKey }) =>
        allowIn(keyPolicy(tenantKey), 'WorkerMakesKeysOfRecordings', 'kms:CreateGrant'),
    },
  },
  {
    says: 'who administers a key cannot use it, in our account and in the city’s',
    exceptions: (cloud) =>
      [OURS, CITYS].flatMap((account) =>
        tenants.flatMap((tenant) => {
          const who = cloud.administrator(account);
          const uses = ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:Encrypt', 'kms:ReEncryptFrom', 'kms:CreateGrant'];
          return uses
            .filter((action) => cloud.kms(who, action, tenant, contextOf(tenant)))
            .map((action) => `${who} may ${action} with the key of ${tenant}`);
        }),
      ),
    mistakes: {
      'the usual statement for root': ({ tenantKey }) =>
        allowIn(keyPolicy(tenantKey), 'TheOwnersAccountAdministers', 'kms:*'),
    },
  },
];
