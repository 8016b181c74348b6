import { describe, expect, it } from 'vitest';
import { fitsEndpoint, parseEndpointPattern } from '#protocol/bpsec/endpoint-pattern.ts';
import { Fault } from '#protocol/fault.ts';
import { eid, success } from './bpsec.ts';

describe('an endpoint pattern', () => {
  it.each<[string, string[], string[]]>([
    ['*', ['ipn:1.2', 'dtn://a/b', 'dtn:none'], []],
    ['ipn:100.*', ['ipn:100.0', 'ipn:100.99999'], ['ipn:10.0', 'ipn:5.100.0', 'dtn://100/']],
    ['ipn:[100-199,300].7', ['ipn:100.7', 'ipn:199.7', 'ipn:300.7'], ['ipn:200.7', 'ipn:100.8']],
    ['ipn:*.*', ['ipn:1.2', 'ipn:0.0'], ['ipn:5.1.2', 'dtn:none']],
    ['ipn:5.*.[1,3]', ['ipn:5.100.1', 'ipn:5.1.3'], ['ipn:100.1', 'ipn:5.100.2']],
    ['ipn:100.1', ['ipn:100.1'], ['ipn:100.2']],
    ['dtn://a/*', ['dtn://a/', 'dtn://a/b/c'], ['dtn://ab/', 'dtn://b/a']],
    ['dtn://a/b', ['dtn://a/b'], ['dtn://a/bc']],
    ['dtn:none', ['dtn:none', 'ipn:0.0'], ['ipn:0.1']],
  ])('%s', (text, fitting, others) => {
    const pattern = success(parseEndpointPattern(text));
    for (const each of fitting) expect(fitsEndpoint(pattern, eid(each)), each).toBe(true);
    for (const each of others) expect(fitsEndpoint(pattern, eid(each)), each).toBe(false);
  });

  it.each([
    '',
    'ipn:',
    'ipn:1',
    'ipn:1.2.3.4',
    'ipn:01.2',
    'ipn:1.x',
    'ipn:[].1',
    'ipn:[2-1].1',
    'ipn:[1-2',
    'ipn:1-2.1',
    'ipn:[1,,2].1',
    'ipn:1.99999999999999999999',
    'dtn:*',
    'dtn://a*b/*',
    'http://a',
    `ipn:[${'1,'.repeat(64)}1].1`,
  ])('is not %s', (text) => {
    expect(parseEndpointPattern(text)).toBeInstanceOf(Fault);
  });
});
