import { BlockList, isIP } from 'node:net';

/** What an address of the network is for. `odd` is for nobody: link-local (where clouds keep credentials), groups, tests. */
export type Reach = 'public' | 'private' | 'loopback' | 'odd';

/** IANA's special-purpose registry, without what is reachable from everywhere. */
const PRIVATE_4 = listOf('ipv4', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']);
const LOOPBACK_4 = listOf('ipv4', ['127.0.0.0/8']);
const ODD_4 = listOf('ipv4', [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]);
const PRIVATE_6 = listOf('ipv6', ['fc00::/7']);
const LOOPBACK_6 = listOf('ipv6', ['::1/128']);
/** Of the addresses of IPv6 a ninth or so is given out; in it are ways to addresses of IPv4, which would pass by the list above. */
const GLOBAL_6 = listOf('ipv6', ['2000::/3']);
const ODD_6 = listOf('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

/** @returns how far an IP address reaches; a text that is none is `odd` */
export function reachOf(address: string): Reach {
  if (isIP(address) === 4) {
    if (ODD_4.check(address)) return 'odd';
    if (LOOPBACK_4.check(address)) return 'loopback';
    return PRIVATE_4.check(address) ? 'private' : 'public';
  }
  if (isIP(address) !== 6 || address.includes('%')) return 'odd';
  if (LOOPBACK_6.check(address, 'ipv6')) return 'loopback';
  if (PRIVATE_6.check(address, 'ipv6')) return 'private';
  return GLOBAL_6.check(address, 'ipv6') && !ODD_6.check(address, 'ipv6') ? 'public' : 'odd';
}

function listOf(family: 'ipv4' | 'ipv6', subnets: string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/');
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}
