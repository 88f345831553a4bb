// Second factors of tests: an authenticator app, and a virtual security key.
import { createHmac } from 'node:crypto';

/** The code of an authenticator app (RFC 6238) for the time step `late` steps from now. */
export function totp(secret, late = 0) {
  const bits = [...secret.replace(/\s/g, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + late));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Gives the page a virtual security key that confirms every request at once. */
export async function authenticator(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const set = (method, values) => session.send(`WebAuthn.${method}`, { authenticatorId, ...values });
  return {
    credentials: async () => (await set('getCredentials', {})).credentials,
    answers: (enabled) => set('setAutomaticPresenceSimulation', { enabled }),
  };
}
