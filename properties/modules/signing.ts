/**
 * Real signatures (Ed25519) under the files of modules: what their facts say of who has signed them is made true.
 *
 * Keys are made of fixed seeds, so that a run is a function of its world. A signature is 64 bytes over the bytes of the
 * file; a file that was tampered with has one over what it was before.
 * @see RFC 8032; RFC 8410, 7 (the form of a private key)
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Trust } from '../../kernels/modules/loader.ts';
import { fileBytes } from '../../spec/module-file.ts';
import type { ModuleFacts } from '../../spec/modules.ts';

/** PKCS#8: version 0, algorithm 1.3.101.112, and a string of 32 bytes, which follow. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @param seed 0 to 255: each byte of the private key */
const keyOf = (seed: number): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([PKCS8, Buffer.alloc(32, seed)]),
    format: 'der',
    type: 'pkcs8',
  });

const KERNEL = keyOf(1);
const STRANGER = keyOf(2);

/** What the file was before somebody had other code run in it. */
const original = (facts: ModuleFacts): ModuleFacts => ({
  ...facts,
  licence: `${facts.licence}, as it was`,
});

const signed = (facts: ModuleFacts): Uint8Array | undefined => {
  switch (facts.signature) {
    case 'valid':
      return sign(null, fileBytes(facts), KERNEL);
    case 'unknown':
      return sign(null, fileBytes(facts), STRANGER);
    case 'tampered':
      return sign(null, fileBytes(original(facts)), KERNEL);
    case 'missing':
      return undefined;
  }
};

/** Files are signed once. */
const SIGNATURES = new WeakMap<ModuleFacts, { readonly signature: Uint8Array | undefined }>();

const signatureOf = (facts: ModuleFacts): Uint8Array | undefined => {
  const known = SIGNATURES.get(facts) ?? { signature: signed(facts) };
  SIGNATURES.set(facts, known);
  return known.signature;
};

/** Whether one of the keys has signed these bytes. Asked again for the same bytes, it remembers. */
const verifierOf = (...keys: readonly KeyObject[]): Trust['verify'] => {
  const publicKeys = keys.map((key) => createPublicKey(key));
  const known = new WeakMap<Uint8Array, { readonly bytes: Uint8Array; readonly good: boolean }>();
  return (bytes, signature) => {
    const before = known.get(signature);
    if (before && Buffer.compare(before.bytes, bytes) === 0) return before.good;
    const good = publicKeys.some((key) => verify(null, bytes, key, signature));
    known.set(signature, { bytes: bytes.slice(), good });
    return good;
  };
};

/** Of a kernel that knows its own key. */
export const TRUST: Trust = { signatureOf, verify: verifierOf(KERNEL) };
/** Of one to whose keys somebody has added another. */
export const WITH_JOINED_KEY: Trust = { signatureOf, verify: verifierOf(KERNEL, STRANGER) };
