import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BundleHeap, type HeldBundle, precedes } from '#protocol/agent/held-bundle.ts';

test('a heap gives its bundles in order, whatever was added and removed before', () => {
  const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(30), fc.boolean()), { maxLength: 200 });
  const property = fc.property(steps, (script) => {
    const heap = new BundleHeap(0, precedes);
    const model: HeldBundle[] = [];
    script.forEach(([trafficClass, choice, add], order) => {
      if (add || model.length === 0) {
        // Orders do not come in sequence: a bundle may return to its lane.
        const bundle = { trafficClass, order: choice * 1_000 + order, places: [-1, -1] };
        model.push(bundle as unknown as HeldBundle);
        heap.add(model.at(-1)!);
      } else heap.remove(model.splice(choice % model.length, 1)[0]!);
      model.sort((a, b) => b.trafficClass - a.trafficClass || a.order - b.order);
      expect(heap.first()).toBe(model[0]);
      expect(heap.size).toBe(model.length);
    });
  });
  fc.assert(property, { numRuns: 200 });
});
