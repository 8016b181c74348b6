import { expect, it } from 'vitest';
import { generateTle } from '#harness/constellation/generate-tle.ts';

it('gives exactly the file that ships; `vitest run -u` writes it anew', async () => {
  await expect(generateTle()).toMatchFileSnapshot('../../../scenarios/tle/star-24.tle');
});
