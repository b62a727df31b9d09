/** Names that both sides of the boundary know. */

/** What the scripts of the realm are called in stack texts. */
export const BUNDLE_NAME = 'kernel:bundle';
export const REALM_NAME = 'kernelcheck:realm';

/** How the message of a halt for a forbidden call begins; the call and the stack follow. */
export const FORBIDDEN = 'forbidden call: ';
