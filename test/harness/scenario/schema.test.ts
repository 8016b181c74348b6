import { describe, expect, it } from 'vitest';
import { scenarioJsonSchema } from '#harness/scenario/schema.ts';

describe('the published JSON Schema', () => {
  it('is what the code enforces; write it anew with: npx vitest run -u test/harness/scenario', () =>
    expect(scenarioJsonSchema()).toMatchFileSnapshot('../../../docs/scenario.schema.json'));

  it('demands the unit of a quantity', () => {
    const { properties } = JSON.parse(scenarioJsonSchema());
    expect('60 s').toMatch(new RegExp(properties.run.pattern));
    expect('60').not.toMatch(new RegExp(properties.run.pattern));
    expect(properties.run.default).toBe('60 s');
  });
});
