/** Where the proxy tells a page the nonce that its own inline scripts must have. */
export const NONCE_HEADER = 'x-nonce';
