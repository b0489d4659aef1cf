/** Request header that carries the peer's address: set by the server on every request, never believed from outside. */
export const PEER_HEADER = 'x-marquee-peer';
