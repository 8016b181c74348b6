import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/property-seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A machine that runs the whole suite may be busy with something else for seconds.
    expect: { poll: { timeout: 25_000 } },
  },
});
