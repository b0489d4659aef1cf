import { expect, it } from 'vitest';
import { describeRendered, named, OVERLAYS, render, renderWith } from './manifests.ts';
import { schemaBreaches, unknownFields } from './schemas.ts';

describeRendered('schemas', () => {
  it.each(OVERLAYS)('are met by the overlay %s', async (overlay) => {
    expect(await schemaBreaches(await render(overlay))).toEqual([]);
  });

  it('know every field of every overlay', async () => {
    const all = await Promise.all(OVERLAYS.map(render));
    expect(await unknownFields(all.flat())).toEqual([]);
  });

  it('and those of the components that a cluster may have use for', async () => {
    const manifests = await renderWith('rabbitmq', ['age', 'pod-monitor', 'external-secrets']);
    expect(await schemaBreaches(manifests)).toEqual([]);
    expect(await unknownFields(manifests)).toEqual([]);
  });

  it('catch what is of the wrong type, missing or unknown', async () => {
    const manifests = structuredClone(await render('rabbitmq'));
    named(manifests, 'Deployment', 'web').spec.template.spec.containers[0].ports[0].containerPort = 'http';
    delete named(manifests, 'ScaledObject', 'transcode').spec.scaleTargetRef;
    named(manifests, 'Service', 'web').spec.selectors = {};
    expect((await schemaBreaches(manifests)).map((each) => each.split(':')[0])).toEqual([
      'Deployment web',
      'ScaledObject transcode',
    ]);
    const unknown = await unknownFields([named(manifests, 'Service', 'web')]);
    expect(unknown).toHaveLength(1);
    expect(unknown[0]).toMatch(/"selectors"' does not exist/);
  });
});
