// The encryption contexts that Rokuon's key service names, and those that S3 names for us.

/** The context key that names the tenant; every data key has it. */
export const TENANT = 'tenant';

/** The context key that says what a data key is for. */
export const PURPOSE = 'purpose';

/** A data key of a recording. */
export const RECORDING = 'recording';

/** A key under which a worker wraps recordings' data keys itself for an hour (setting `kms_hourly`). */
export const WRAPPING = 'wrapping';

/** A data key of a password with which we register at an exchange. */
export const REGISTRATION_PASSWORD = 'registration_password';

/** A key of a worker's spool, made under the cell's own key; its context names no tenant. */
export const SPOOL = 'spool';

/** The condition key of one entry of the context. */
export function contextOf(entry: string): string {
  return `kms:EncryptionContext:${entry}`;
}

/** What S3 names when it asks the key service for us: the object, or the bucket where a bucket key serves. */
export const S3_OBJECT = 'aws:s3:arn';
