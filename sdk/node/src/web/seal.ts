// Values that only this application can read and write: JWE with A256GCM under keys from its secrets.
import { hkdfSync } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';

/** Seals with the newest secret, opens with every one that is listed. */
export class Sealer {
  readonly #keys: Uint8Array[];

  /** @param purpose values for one purpose never pass for another's */
  constructor(secrets: readonly string[], purpose: string) {
    this.#keys = secrets.map((secret) => new Uint8Array(hkdfSync('sha256', secret, '', `usher-web v1 ${purpose}`, 32)));
  }

  async seal(value: unknown): Promise<string> {
    const key = this.#keys[0];
    if (!key) throw new Error('there is no secret to seal with');
    const plain = new TextEncoder().encode(JSON.stringify(value));
    return new CompactEncrypt(plain).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(key);
  }

  /** The value; `undefined` for whatever was not sealed here for this purpose. */
  async open<T>(sealed: string): Promise<T | undefined> {
    for (const key of this.#keys) {
      try {
        const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
        const { plaintext } = await compactDecrypt(sealed, key, options);
        return JSON.parse(new TextDecoder().decode(plaintext)) as T;
      } catch {
        // Sealed with another secret, or by somebody else.
      }
    }
    return undefined;
  }
}
