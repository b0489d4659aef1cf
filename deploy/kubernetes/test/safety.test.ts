import { VARIABLES } from '@marquee/core/config';
import { variableFacts } from '@marquee/core/config-facts';
import { expect, it } from 'vitest';
import {
  containerOf,
  describeRendered,
  type Manifest,
  named,
  OVERLAYS,
  ofKind,
  plainVariables,
  render,
  renderWith,
  secretVariables,
  withPods,
} from './manifests.ts';

/** What the AWS SDK reads by itself. */
const OF_AWS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
/** Ends of a process after DRAIN_SEC, in seconds: it waits 20 for what hangs, and needs some to be gone. */
const GONE_SEC = 25;
/** What spot machines are told ahead at best, in seconds. */
const SPOT_NOTICE_SEC = 120;

async function everyPod(check: (pod: Manifest, manifests: Manifest[], where: string) => void): Promise<void> {
  for (const overlay of OVERLAYS) {
    const manifests = await render(overlay);
    for (const pod of withPods(manifests)) check(pod, manifests, `${overlay}: ${pod.kind} ${pod.metadata.name}`);
  }
}

/** Whether a selector of labels takes a pod. */
function selects(
  selector: { matchLabels?: Record<string, string>; matchExpressions?: { key: string; values: string[] }[] },
  pod: Manifest,
): boolean {
  const labels: Record<string, string> = pod.spec.template.metadata.labels;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key] as string))
  );
}

/** Ports at which policies let a pod go out, or be come in at. */
function ports(manifests: Manifest[], pod: Manifest, way: 'Ingress' | 'Egress'): (number | string)[] {
  const policies = ofKind(manifests, 'NetworkPolicy').filter(({ spec }) => selects(spec.podSelector, pod));
  const rules = policies.flatMap(({ spec }) => (spec.policyTypes.includes(way) ? (spec[way.toLowerCase()] ?? []) : []));
  return [...new Set<number | string>(rules.flatMap((rule) => rule.ports.map((each: { port: number }) => each.port)))];
}

describeRendered('safety', () => {
  it('no pod has rights: not root, nothing to write but its own folders, no token, the default seccomp profile', async () => {
    await everyPod((pod, _, where) => {
      const { spec } = pod.spec.template;
      const container = containerOf(pod);
      expect(spec.securityContext, where).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(container.securityContext, where).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(spec.automountServiceAccountToken, where).toBe(false);
      for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) expect(spec[field], where).toBeUndefined();
      const volumes = spec.volumes as Record<string, unknown>[];
      for (const volume of volumes) {
        expect(Object.keys(volume).sort(), where).toEqual(['emptyDir', 'name']);
        expect((volume.emptyDir as { sizeLimit: string }).sizeLimit, where).toMatch(/^\d+[MG]i$/);
      }
      const mounted = (container.volumeMounts as { name: string }[]).map(({ name }) => name);
      expect(mounted.sort(), where).toEqual(volumes.map(({ name }) => name as string).sort());
    });
  });

  it('the folders that a process writes to are those that it may write to', async () => {
    await everyPod((pod, manifests, where) => {
      const { MARQUEE_DATA, MARQUEE_WORK } = plainVariables(manifests, pod);
      const folders = (containerOf(pod).volumeMounts as { mountPath: string }[]).map(({ mountPath }) => mountPath);
      expect(folders, where).toContain(MARQUEE_DATA);
      // The site and setup make no films.
      if (containerOf(pod).args?.[0] === 'worker') expect(folders, where).toContain(MARQUEE_WORK);
    });
  });

  it('every kind of process has an account of its own, and none a role in the cluster', async () => {
    for (const overlay of OVERLAYS) {
      const manifests = await render(overlay);
      for (const account of ofKind(manifests, 'ServiceAccount'))
        expect(account.automountServiceAccountToken).toBe(false);
      const accounts = withPods(manifests).map((pod) => pod.spec.template.spec.serviceAccountName as string);
      for (const name of accounts) named(manifests, 'ServiceAccount', name);
      expect(accounts).toEqual(expect.arrayContaining(['web', 'orchestrator', 'worker', 'setup']));
      expect(manifests.filter(({ kind }) => /Role/.test(kind))).toEqual([]);
    }
  });

  it('every pod asks for what it needs, and is bounded in memory and disk', async () => {
    await everyPod((pod, _, where) => {
      const { requests, limits } = containerOf(pod).resources;
      expect(Object.keys(requests).sort(), where).toEqual(['cpu', 'ephemeral-storage', 'memory']);
      expect(Object.keys(limits).sort(), where).toEqual(['ephemeral-storage', 'memory']);
    });
  });

  it('every variable is one that Marquee reads, with a value that it takes', async () => {
    const known: Record<string, { safeParse(value: unknown): { success: boolean } }> = VARIABLES;
    await everyPod((pod, manifests, where) => {
      for (const [name, value] of Object.entries(plainVariables(manifests, pod))) {
        expect(known[name]?.safeParse(value).success, `${where}: ${name}=${value}`).toBe(true);
      }
      for (const name of Object.keys(secretVariables(pod)))
        if (!OF_AWS.includes(name)) expect(known[name], `${where}: ${name}`).toBeDefined();
    });
  });

  it('secrets stand in no manifest, and only in the processes that need them', async () => {
    await everyPod((pod, manifests, where) => {
      const isSecret = (name: string, value: string) =>
        variableFacts(name, '', value, true).isSecret || /^[a-z+]+:\/\/[^/]*@/.test(value);
      const plain = Object.entries(plainVariables(manifests, pod));
      expect(
        plain.filter(([name, value]) => isSecret(name, value)),
        where,
      ).toEqual([]);
      expect(
        (containerOf(pod).envFrom ?? []).filter(({ secretRef }) => secretRef),
        where,
      ).toEqual([]);

      const given = secretVariables(pod);
      const isSite = pod.metadata.name === 'web';
      const asksModels = ['subtitle', 'ai'].some((role) => containerOf(pod).args?.includes(role));
      expect('LLM_API_KEY' in given, where).toBe(asksModels);
      const hears = containerOf(pod).args?.includes('subtitle') ?? false;
      for (const name of ['SPEECH_API_KEY', 'DUB_API_KEY']) expect(name in given, where).toBe(hears);
      expect('MARQUEE_ADMIN_SECRET' in given, where).toBe(isSite);
      for (const name of ['REDIS_URL', 'SMTP_URL', 'TMDB_API_KEY', 'PICTURE_API_KEY', 'CLOUDFRONT_PRIVATE_KEY'])
        expect(name in given, where).toBe(isSite);
      // What a process cannot do without may not be missing; it would start on embedded engines.
      for (const name of ['MONGODB_URL', 'RABBITMQ_URL', 'MARQUEE_ADMIN_SECRET', ...OF_AWS])
        expect(given[name]?.optional ?? false, `${where}: ${name}`).toBe(false);
      expect(given.MONGODB_URL, where).toBeDefined();
      const hasQueue = given.RABBITMQ_URL !== undefined || plainVariables(manifests, pod).SQS_ENDPOINT !== undefined;
      expect(hasQueue && plainVariables(manifests, pod).S3_BUCKET !== undefined, where).toBe(true);
    });
    for (const overlay of OVERLAYS) expect(ofKind(await render(overlay), 'Secret')).toEqual([]);
  });

  it('every variable that is a secret can be given by one', async () => {
    const manifests = await render('rabbitmq');
    const given = new Set(withPods(manifests).flatMap((pod) => Object.keys(secretVariables(pod))));
    const secrets = Object.keys(VARIABLES).filter((name) => variableFacts(name, '', null, true).isSecret);
    expect(secrets.filter((name) => !given.has(name))).toEqual([]);
  });

  it('on AWS there are no keys: every account has a role of its own', async () => {
    const manifests = await render('sqs');
    for (const pod of withPods(manifests))
      for (const name of OF_AWS) expect(secretVariables(pod)).not.toHaveProperty(name);
    const roles = ofKind(manifests, 'ServiceAccount').map(
      ({ metadata }) => metadata.annotations?.['eks.amazonaws.com/role-arn'],
    );
    expect(new Set(roles).size).toBe(roles.length);
    expect(roles).not.toContain(undefined);
  });

  it('images have a version, and models are where films are heard', async () => {
    await everyPod((pod, _, where) => {
      const { image, args = [] } = containerOf(pod);
      const kind = pod.metadata.name === 'web' ? 'web' : args.includes('subtitle') ? 'ai' : 'worker';
      expect(image, where).toMatch(new RegExp(`/marquee-${kind}[:@]`));
      expect(image, where).toMatch(/^[\w.-]+\/[\w./-]+(:(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})$/);
    });
  });

  it('a worker is restarted when it is dead, and for no engine that is away', async () => {
    for (const overlay of OVERLAYS) {
      const manifests = await render(overlay);
      for (const pod of ofKind(manifests, 'Deployment')) {
        const { startupProbe, livenessProbe, readinessProbe, ports: open } = containerOf(pod);
        const paths = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.path);
        const isSite = pod.metadata.name === 'web';
        expect(paths).toEqual(isSite ? ['/icon.svg', '/icon.svg', '/icon.svg'] : ['/healthz', '/healthz', '/readyz']);
        const portOf = (name: string) =>
          (open as { name: string; containerPort: number }[]).find((each) => each.name === name)?.containerPort;
        const variables = plainVariables(manifests, pod);
        expect(portOf(livenessProbe.httpGet.port)).toBe(isSite ? 4400 : Number(variables.HEALTH_PORT));
        expect(portOf('metrics')).toBe(Number(variables.METRICS_PORT));
        expect(pod.spec.template.metadata.annotations['prometheus.io/port']).toBe(variables.METRICS_PORT);
      }
    }
  });

  it('what is stopped has the time to hand back what it has in hand, also on a machine that is taken away', async () => {
    for (const overlay of OVERLAYS) {
      const manifests = await render(overlay);
      for (const pod of ofKind(manifests, 'Deployment').filter(({ metadata: { name } }) => name !== 'web')) {
        const graceSec = pod.spec.template.spec.terminationGracePeriodSeconds;
        expect(graceSec).toBeGreaterThanOrEqual(Number(plainVariables(manifests, pod).DRAIN_SEC) + GONE_SEC);
        expect(graceSec).toBeLessThanOrEqual(SPOT_NOTICE_SEC);
      }
    }
  });

  it('workers may run on machines that are taken away, the site and orchestrators never do', async () => {
    for (const overlay of OVERLAYS) {
      for (const pod of ofKind(await render(overlay), 'Deployment')) {
        const { affinity, tolerations = [], topologySpreadConstraints } = pod.spec.template.spec;
        const { name } = pod.metadata;
        const isWorker = name !== 'web' && name !== 'orchestrator';
        expect(tolerations.length > 0, name).toBe(isWorker);
        const { nodeAffinity } = affinity;
        const keys = (expressions: { key: string }[]) => expressions.map(({ key }) => key).sort();
        if (isWorker) {
          const preferred: { preference: { matchExpressions: { key: string }[] } }[] =
            nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution;
          expect(keys(preferred.flatMap(({ preference }) => preference.matchExpressions))).toEqual(keys(tolerations));
        } else {
          const [term] = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
          expect(term.matchExpressions.every(({ operator }: { operator: string }) => operator === 'NotIn')).toBe(true);
        }
        for (const { labelSelector } of topologySpreadConstraints) expect(selects(labelSelector, pod), name).toBe(true);
        expect(topologySpreadConstraints, name).toHaveLength(2);
      }
    }
  });

  it('nothing comes in or goes out but what each process needs', async () => {
    await everyPod((pod, manifests, where) => {
      const isRabbit = 'RABBITMQ_URL' in secretVariables(pod);
      const isSite = pod.metadata.name === 'web';
      const out = [
        53,
        443,
        27017,
        ...(isRabbit ? [5671, 5672, 15671, 15672] : []),
        ...(isSite ? [6379, 465, 587] : []),
      ];
      expect(ports(manifests, pod, 'Egress').sort(), where).toEqual([...out, 4318].sort());
      const into = pod.kind === 'Job' ? [] : isSite ? ['http', 'metrics'] : ['metrics'];
      expect(ports(manifests, pod, 'Ingress').sort(), where).toEqual(into);
    });
    for (const overlay of OVERLAYS) {
      const policies = ofKind(await render(overlay), 'NetworkPolicy');
      const denyAll = named(policies, 'NetworkPolicy', 'deny-all').spec;
      expect(denyAll).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
      // Where clouds' machines tell their secrets.
      for (const { spec } of policies)
        for (const { to } of spec.egress ?? [])
          for (const { ipBlock } of to)
            if (ipBlock?.cidr === '0.0.0.0/0') expect(ipBlock.except).toEqual(['169.254.0.0/16']);
    }
  });

  it('every object is in the one namespace, which takes no pod with rights', async () => {
    for (const overlay of OVERLAYS) {
      const manifests = await render(overlay);
      const namespace = named(manifests, 'Namespace', 'marquee');
      expect(namespace.metadata.labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted');
      const others = manifests.filter(({ kind }) => kind !== 'Namespace');
      expect(new Set(others.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['marquee']));
    }
  });

  it('setup is a job, under an account of its own', async () => {
    for (const overlay of OVERLAYS) {
      const manifests = await render(overlay);
      const setup = named(manifests, 'Job', 'setup');
      expect(containerOf(setup).args).toEqual(['setup']);
      expect(setup.spec.template.spec.serviceAccountName).toBe('setup');
    }
  });

  it('the secrets that pods and KEDA ask for are those that the external-secrets component makes', async () => {
    const manifests = await renderWith('rabbitmq', ['external-secrets']);
    const asked = withPods(manifests).flatMap((pod) => Object.values(secretVariables(pod)).map(({ secret }) => secret));
    const byKeda = named(manifests, 'TriggerAuthentication', 'rabbitmq').spec.secretTargetRef.map(
      ({ name }: { name: string }) => name,
    );
    const made = ofKind(manifests, 'ExternalSecret').map(({ spec }) => spec.target.name);
    expect(made.sort()).toEqual([...new Set([...asked, ...byKeda])].sort());
  });

  it('the pod monitor finds every process by the name of its port', async () => {
    const manifests = await renderWith('sqs', ['pod-monitor']);
    const { spec } = named(manifests, 'PodMonitor', 'marquee');
    for (const pod of ofKind(manifests, 'Deployment')) {
      expect(selects(spec.selector, pod), pod.metadata.name).toBe(true);
      const open: { name: string }[] = containerOf(pod).ports;
      expect(open.map(({ name }) => name)).toContain(spec.podMetricsEndpoints[0].port);
    }
  });
});
