/** Where one node of Ceph keeps its files and which ports it takes: the gateway's, the monitor's, four of the store. */
export interface CephPlan {
  folder: string;
  port: number;
  /** Name of the cluster, a UUID. */
  clusterId: string;
}

/** Address range of one node, from the first port on. */
const PORTS = { gateway: 0, monitor: 1, storeFirst: 2, storeLast: 9 } as const;

/** @returns the configuration of a cluster of one node: nothing is kept twice, and nothing listens but on 127.0.0.1. */
export function cephConf({ folder, port, clusterId }: CephPlan): string {
  const lines: [string, string | number][] = [
    ['fsid', clusterId],
    ['mon_host', monitorAddress(port)],
    ['public_addr', '127.0.0.1'],
    ['cluster_addr', '127.0.0.1'],
    ['ms_bind_msgr1', 'false'],
    ['ms_bind_port_min', port + PORTS.storeFirst],
    ['ms_bind_port_max', port + PORTS.storeLast],
    // With authentication off, the gateway of Ceph 16 never gets past its start.
    ['auth_cluster_required', 'cephx'],
    ['auth_service_required', 'cephx'],
    ['auth_client_required', 'cephx'],
    ['auth_allow_insecure_global_id_reclaim', 'false'],
    ['keyring', `${folder}/keyring`],
    ['run_dir', folder],
    ['admin_socket', ''],
    ['log_file', `${folder}/$name.log`],
    ['mon_cluster_log_file', `${folder}/cluster.log`],
    ['debug_rgw', '0/0'],
    ['mon_data', `${folder}/mon`],
    ['osd_data', `${folder}/osd`],
    // One copy of everything, on the one store there is.
    ['osd_crush_chooseleaf_type', 0],
    ['osd_pool_default_size', 1],
    ['osd_pool_default_min_size', 1],
    ['osd_pool_default_pg_num', 1],
    ['osd_pool_default_pgp_num', 1],
    ['osd_pool_default_pg_autoscale_mode', 'off'],
    ['mon_allow_pool_size_one', 'true'],
    ['mon_warn_on_pool_no_redundancy', 'false'],
    ['mon_data_avail_warn', 1],
    ['mon_data_avail_crit', 1],
    // A monitor alone has nobody to wait for: each of the seven pools would take a second.
    ['paxos_propose_interval', 0.02],
    ['paxos_min_wait', 0.01],
    ['mon_tick_interval', 1],
    // A sparse file; small caches.
    ['bluestore_block_size', 64 * 1024 ** 3],
    ['bluestore_cache_autotune', 'false'],
    ['bluestore_cache_size', 64 * 1024 ** 2],
    ['osd_op_num_shards', 2],
    ['osd_op_num_threads_per_shard', 1],
    // A store that comes back waits until readers of its former self have given up: 0.8 times this, in seconds.
    ['osd_heartbeat_grace', 2],
    // Without it every second answer waits 40 ms for an acknowledgement.
    ['rgw_frontends', `beast endpoint=127.0.0.1:${port + PORTS.gateway} tcp_nodelay=1`],
    ['rgw_thread_pool_size', 64],
  ];
  return `[global]\n${lines.map(([name, value]) => `${name} = ${value}`).join('\n')}\n`;
}

/** @returns the monitor's address as Ceph writes it; the second version of its protocol alone. */
export function monitorAddress(port: number): string {
  return `[v2:127.0.0.1:${port + PORTS.monitor}]`;
}
