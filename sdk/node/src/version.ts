/** The version of this package; a test holds it equal to package.json. */
export const VERSION = '0.1.0';
/** How the module calls itself at Usher. */
export const USER_AGENT = `usher-sdk-node/${VERSION}`;
