// What the templates promise, each sentence with a way to look for exceptions and with mistakes that must be found.
import { BUCKETS, ROLES } from '../src/cell_names.js';
import { CELLS, CITYS, OURS, type Cell, type Cloud, type Templates, type Tenant } from './cloud.js';
import { allowIn, dropFrom, keyPolicy, bucketPolicy, rolePolicy, loosen } from './mistakes.js';

/** A promise. */
export interface Sentence {
  says: string;
  /** Where it does not hold; empty if it holds. */
  exceptions: (cloud: Cloud) => string[];
  /** Mistakes in the templates that break it. */
  mistakes: { [name: string]: (templates: Templates) => void };
}

const cells = Object.keys(CELLS) as Cell[];
const tenants: Tenant[] = cells.flatMap((cell) => [...CELLS[cell]]);

/** Every role of every cell, and who was given everything in either account. */
function everybody(cloud: Cloud): { who: string; cell?: Cell; role?: string }[] {
  const roles = cells.flatMap((cell) => ROLES.map((role) => ({ who: cloud.role(cell, role), cell, role })));
  return [...roles, { who: cloud.administrator(OURS) }, { who: cloud.administrator(CITYS) }];
}

/** Each bucket with an object of each of its tenants. */
function objects(cloud: Cloud): { cell: Cell; kind: string; bucket: string; object: string; tenant: Tenant }[] {
  return cells.flatMap((cell) =>
    BUCKETS.flatMap((kind) =>
      CELLS[cell].map((tenant) => ({
        cell,
        kind,
        bucket: cloud.bucket(cell, kind),
        object: `${tenant}/019a00/r/${kind === 'keys' ? 'key' : 'segment-00000.e0'}`,
        tenant,
      })),
    ),
  );
}

/** The requests by which somebody could do `actions` to objects, written out where `allowed` says it must not be. */
function doers(cloud: Cloud, actions: string[], rightful: (role: string | undefined, kind: string, action: string) => boolean) {
  const found: string[] = [];
  for (const { who, cell, role } of everybody(cloud)) {
    for (const place of objects(cloud)) {
      for (const action of actions) {
        const may = cloud.s3(who, action, place.bucket, place.object, { 's3:ExistingObjectTag/rokuon-backstop': 'x' });
        if (may && !(cell === place.cell && rightful(role, place.kind, action))) {
          found.push(`${who} may ${action} in ${place.bucket}`);
        }
      }
    }
  }
  return found;
}

const must = (held: boolean, text: string) => (held ? [] : [text]);

export const SENTENCES: Sentence[] = [
  {
    says: 'what has to work works: calls are sealed, heard, moved, held and erased, with a key of ours or of the city',
    exceptions: (cloud) =>
      tenants.flatMap((tenant) => {
        const cell = cloud.cellOf(tenant);
        const [worker, api, eraser] = ROLES.map((role) => cloud.role(cell, role)) as [string, string, string];
        const [media, secondary, keys] = BUCKETS.map((kind) => cloud.bucket(cell, kind)) as [string, string, string];
        const [segment, key] = [`${tenant}/019a00/r/segment-00000.e0`, `${tenant}/019a00/r/key`];
        return [
          ...must(cloud.generate(worker, tenant, 'recording'), 'worker: data key'),
          ...must(cloud.put(worker, media, segment, tenant), 'worker: put media'),
          ...must(cloud.read(worker, media, segment, tenant), 'worker: read back'),
          ...must(cloud.put(worker, keys, key, tenant), 'worker: put key'),
          ...must(cloud.head(worker, keys, key), 'worker: see the key'),
          ...must(cloud.s3(worker, 's3:PutObjectTagging', media, segment), 'worker: tag what is new'),
          ...must(cloud.kms(worker, 'kms:DescribeKey', tenant), 'worker: see the key of the tenant'),
          ...must(cloud.spool(worker, cell).opened, 'worker: spool after a restart'),
          ...must(cloud.generate(worker, tenant, 'wrapping'), 'worker: wrapping key'),
          ...must(cloud.unwrap(api, tenant, 'wrapping'), 'api: play what a wrapping key wrapped'),
          ...must(cloud.unwrap(worker, tenant, 'registration_password'), 'worker: register'),
          ...must(cloud.open(api, cell, tenant), 'api: play'),
          ...must(cloud.generate(api, tenant, 'registration_password'), 'api: seal a password'),
          ...must(cloud.read(eraser, media, segment, tenant), 'eraser: hash again'),
          ...must(cloud.put(eraser, secondary, segment, tenant), 'eraser: move'),
          ...[media, secondary, keys].flatMap((bucket) => [
            ...must(cloud.s3(eraser, 's3:ListBucketVersions', bucket), 'eraser: list versions'),
            ...must(cloud.s3(eraser, 's3:DeleteObjectVersion', bucket, segment), 'eraser: erase'),
            ...must(cloud.s3(eraser, 's3:PutObjectLegalHold', bucket, segment), 'eraser: hold'),
            ...must(cloud.s3(eraser, 's3:PutObjectVersionTagging', bucket, segment), 'eraser: retag'),
            ...[worker, api, eraser].flatMap((who) => must(cloud.s3(who, 's3:ListBucket', bucket), 'list')),
          ]),
        ];
      }),
    mistakes: {
      'a role without its policy': ({ cell }) => dropFrom(rolePolicy(cell, 'api'), 'ReadForPlayback'),
      'a key that forgets the api': ({ tenantKey }) => dropFrom(keyPolicy(tenantKey), 'ApiOpensRecordings'),
      'no way to a key in another account': ({ cell }) => dropFrom(rolePolicy(cell, 'worker'), 'MakeKeysOfRecordings'),
    },
  },
  {
    says: 'the worker cannot decrypt: it unwraps no data key of a recording, reads no wrapped key, and of tenants’ keys opens passwords alone',
    exceptions: (cloud) =>
      cells.flatMap((cell) => {
        const worker = cloud.role(cell, 'worker');
        const read = objects(cloud)
          .filter(({ kind }) => kind === 'keys')
          .filter((key) => cloud.read(worker, key.bucket, key.object, key.tenant))
          .map(({ object }) => `${cell}'s worker reads ${object}`);
        const unwrapped = tenants.flatMap((tenant) =>
          ['recording', 'wrapping', 'spool', 'anything']
            .filter((purpose) => cloud.unwrap(worker, tenant, purpose))
            .map((purpose) => `${cell}'s worker unwraps a ${purpose} key of ${tenant}`),
        );
        return [...read, ...unwrapped];
      }),
    mistakes: {
      'decrypting in the key bucket': ({ cell, tenantKey }) => {
        loosen(rolePolicy(cell, 'worker'), 'ReadMediaBackFromS3', 'ArnLike');
        loosen(keyPolicy(tenantKey), 'WorkerReadsMediaBack', 'ArnEquals');
      },
      'unwrapping for any purpose': ({ tenantKey }) => loosen(keyPolicy(tenantKey), 'WorkerRegisters', 'StringEquals'),
    },
  },
  {
    says: 'the api and the eraser open nothing but what they are for: only the api opens recordings, nobody but the worker reads passwords',
    exceptions: (cloud) =>
      everybody(cloud).flatMap(({ who, role }) =>
        tenants.flatMap((tenant) => [
          ...must(role === 'worker' || !cloud.unwrap(who, tenant, 'registration_password'), `${who} reads a password`),
          ...must(role === 'api' || !cloud.open(who, cloud.cellOf(tenant), tenant), `${who} opens a recording`),
          ...must(role !== 'eraser' || !['recording', 'wrapping'].some((purpose) => cloud.unwrap(who, tenant, purpose)), `${who} unwraps`),
        ]),
      ),
    mistakes: {
      'the eraser may unwrap': ({ cell, tenantKey }) => {
        loosen(rolePolicy(cell, 'eraser'), 'ReadFromS3', 'ArnLike', 'StringEquals');
        loosen(keyPolicy(tenantKey), 'EraserReadsFromS3', 'ArnEquals', 'StringEquals');
      },
      'the api may unwrap anything': ({ tenantKey }) => loosen(keyPolicy(tenantKey), 'ApiOpensRecordings', 'StringEquals'),
      'administrators may use keys': ({ tenantKey }) =>
        allowIn(keyPolicy(tenantKey), 'TheOwnersAccountAdministers', 'kms:*'),
    },
  },
  {
    says: 'the eraser alone erases, holds and retags: not the worker, not the api, not who was given s3:*',
    exceptions: (cloud) =>
      doers(
        cloud,
        [
          's3:DeleteObjectVersion',
          's3:PutObjectLegalHold',
          's3:PutObjectVersionTagging',
          's3:DeleteObjectVersionTagging',
          's3:DeleteObjectTagging',
        ],
        (role) => role === 'eraser',
      ),
    mistakes: {
      'an open bucket': ({ cell }) => dropFrom(bucketPolicy(cell, 'media'), 'TheEraserAloneErases'),
      'an open key bucket': ({ cell }) => dropFrom(bucketPolicy(cell, 'keys'), 'TheEraserAloneErases'),
      'holds for all': ({ cell }) => dropFrom(bucketPolicy(cell, 'secondary'), 'TheEraserAloneHolds'),
      'tags for all': ({ cell }) => dropFrom(bucketPolicy(cell, 'media'), 'TheEraserAloneRetags'),
      'an api that erases': ({ cell }) => {
        allowIn(rolePolicy(cell, 'api'), 'ReadForPlayback', 's3:DeleteObjectVersion');
        dropFrom(bucketPolicy(cell, 'media'), 'TheEraserAloneErases');
      },
    },
  },
  {
    says: 'nobody hides an object behind a marker, locks it for a term, or passes over a lock',
    exceptions: (cloud) =>
      doers(cloud, ['s3:DeleteObject', 's3:PutObjectRetention', 's3:BypassGovernanceRetention'], () => false),
    mistakes: {
      markers: ({ cell }) => dropFrom(bucketPolicy(cell, 'media'), 'NothingIsHiddenByAMarker'),
      terms: ({ cell }) => dropFrom(bucketPolicy(cell, 'keys'), 'NothingIsLockedForATerm'),
    },
  },
  {
    says: 'what is tagged is retagged by the eraser alone: the worker tags only what is new',
    exceptions: (cloud) =>
      doers(cloud, ['s3:PutObjectTagging'], (role) => role === 'eraser').filter((text) => !text.includes('administrator')),
    mistakes: {
      'a worker that retags': ({ cell }) => loosen(rolePolicy(cell, 'worker'), 'TagWhatIsNew', 'Null'),
    },
  },
  {
    says: 'the worker alone writes media and wrapped keys, the eraser alone the second tier',
    exceptions: (cloud) =>
      everybody(cloud).flatMap(({ who, cell, role }) =>
        objects(cloud)
          .filter((place) => cloud.s3(who, 's3:PutObject', place.bucket, place.object, PUT))
          .filter((place) => !(cell === place.cell && role === (place.kind === 'secondary' ? 'eraser' : 'worker')))
          .map((place) => `${who} writes ${place.bucket}`),
      ),
    mistakes: {
      'anybody with s3:* writes': ({ cell }) => dropFrom(bucketPolicy(cell, 'keys'), 'NobodyElseWrites'),
      'an api that writes': ({ cell }) => {
        allowIn(rolePolicy(cell, 'api'), 'ReadForPlayback', 's3:PutObject');
        dropFrom(bucketPolicy(cell, 'media'), 'NobodyElseWrites');
      },
    },
  },
  {
    says: 'nothing is overwritten, and nothing is stored without a tenant’s key',
    exceptions: (cloud) =>
      tenants.flatMap((tenant) => {
        const cell = cloud.cellOf(tenant);
        const put = (change: { [key: string]: string }) =>
          cloud.put(cloud.role(cell, 'worker'), cloud.bucket(cell, 'media'), `${tenant}/019a00/r/x`, tenant, change);
        return [
          ...must(!put({ 's3:if-none-match': '' }), 'written without a condition'),
          ...must(!put({ 's3:x-amz-server-side-encryption': 'AES256' }), 'encrypted otherwise'),
          ...must(!put({ 's3:x-amz-server-side-encryption': '' }), 'encrypted as the bucket likes'),
          ...must(!put({ 's3:x-amz-server-side-encryption-aws-kms-key-id': '' }), 'under a key nobody named'),
        ];
      }),
    mistakes: {
      overwriting: ({ cell }) => dropFrom(bucketPolicy(cell, 'media'), 'NothingIsOverwritten'),
      'any encryption': ({ cell }) => dropFrom(bucketPolicy(cell, 'media'), 'NoOtherEncryptionThanKms'),
      'any key': ({ cell }) => dropFrom(bucketPolicy(cell, 'media'), 'NoObjectWithoutAKeyNamed'),
    },
  },
  {
    says: 'nobody but the cell’s own roles reads its buckets, over TLS 1.2 or newer',
    exceptions: (cloud) =>
      everybody(cloud).flatMap(({ who, cell }) =>
        objects(cloud).flatMap(({ bucket, object, cell: home }) => {
          const get = (context: { [key: string]: string }) => cloud.s3(who, 's3:GetObject', bucket, object, context);
          return [
            ...must(cell === home || !get({}), `${who} reads ${bucket}`),
            ...must(!get({ 'aws:SecureTransport': 'false' }), `${who} reads ${bucket} in the clear`),
            ...must(!get({ 's3:TlsVersion': '1.1' }), `${who} reads ${bucket} over old TLS`),
            ...must(!get({ 'aws:PrincipalAccount': CITYS }), `another account reads ${bucket}`),
          ];
        }),
      ),
    mistakes: {
      'in the clear': ({ cell }) => dropFrom(bucketPolicy(cell, 'media'), 'NothingInTheClearOnTheWire'),
      'old TLS': ({ cell }) => dropFrom(bucketPolicy(cell, 'keys'), 'NoTlsBefore12'),
      administrators: ({ cell }) => dropFrom(bucketPolicy(cell, 'media'), 'NobodyElseReads'),
      'other accounts': ({ cell }) => dropFrom(bucketPolicy(cell, 'secondary'), 'NobodyOfAnotherAccount'),
    },
  },
];

/** A request that creates an object as it should. */
const PUT = {
  's3:x-amz-server-side-encryption': 'aws:kms',
  's3:x-amz-server-side-encryption-aws-kms-key-id': 'any',
  's3:if-none-match': '*',
  's3:ObjectCreationOperation': 'true',
};
