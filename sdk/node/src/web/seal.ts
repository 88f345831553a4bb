// Encrypted values: JWE with A256GCM and keys derived from the secrets of the application.
import { hkdfSync } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';

/** Encrypts with the first secret and decrypts with any of them. */
export class Sealer {
  readonly #keys: Uint8Array[];

  /** @param purpose values for one purpose never pass for another's */
  constructor(secrets: readonly string[], purpose: string) {
    this.#keys = secrets.map((secret) => new Uint8Array(hkdfSync('sha256', secret, '', `usher-web v1 ${purpose}`, 32)));
  }

  /** @param place the value cannot be opened at another place of a store */
  async seal(value: unknown, place = ''): Promise<string> {
    const key = this.#keys[0];
    if (!key) throw new Error('there is no secret to seal with');
    const plain = new TextEncoder().encode(JSON.stringify({ place, value }));
    return new CompactEncrypt(plain).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(key);
  }

  /** Decrypts a value; `undefined` if it was not encrypted by this application for this purpose and place. */
  async open<T>(sealed: string, place = ''): Promise<T | undefined> {
    for (const key of this.#keys) {
      try {
        const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
        const { plaintext } = await compactDecrypt(sealed, key, options);
        const opened = JSON.parse(new TextDecoder().decode(plaintext)) as { place?: unknown; value: T };
        return opened.place === place ? opened.value : undefined;
      } catch {
        // Try the next secret.
      }
    }
    return undefined;
  }
}
