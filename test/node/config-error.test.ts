import { expect, it } from 'vitest';
import { ConfigError, formatConfigError } from '#node/config-error.ts';

it('tells place, mistake, expectation and remedy in one line', () => {
  const error = new ConfigError('traffic[0].every is 5', {
    file: 'pair.yaml',
    line: 12,
    column: 5,
    expected: 'a duration such as 5 ms',
    remedy: 'Add the unit',
  });
  expect(formatConfigError(error)).toBe(
    'pair.yaml:12:5: traffic[0].every is 5. Expected a duration such as 5 ms. Add the unit.',
  );
});

it('leaves out what is not known', () => {
  const error = new ConfigError('port 4000 is in use', { remedy: 'Choose another' });
  expect(formatConfigError(error)).toBe('port 4000 is in use. Choose another.');
  const placed = new ConfigError('no such key', { file: 'a.json', remedy: 'Remove it' });
  expect(formatConfigError(placed)).toBe('a.json: no such key. Remove it.');
});
