import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type NodeConfig, parseNodeConfig } from '#node/config.ts';
import { ConfigError, formatConfigError } from '#node/config-error.ts';
import { sampleConfig } from '../simulation/sample-config.ts';

describe('the provisioned part of a configuration', () => {
  it('comes back as it went', () => {
    const config = sampleWith(() => {});
    expect(parseNodeConfig(config)).toEqual(config);
    const full = sampleWith(({ peers: [peer] }) => {
      peer.windowWidth = 5;
      peer.commands = true;
      peer.reports = true;
      peer.send.start = '00'.repeat(12);
    });
    expect(parseNodeConfig(full)).toEqual(full);
  });

  it('takes a key from a file of its own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keys-'));
    const file = join(folder, 'key');
    const keyIn = (text: string) => {
      writeFileSync(file, text);
      const config = sampleWith(({ keys }) => {
        keys[0] = { id: 200, file };
      });
      return parseNodeConfig(config).provisioned?.keys[0];
    };
    expect(keyIn(`${'AB'.repeat(32)}\n`)).toEqual({ id: 200, octets: 'ab'.repeat(32) });
    for (const text of ['', 'ab', `${'ab'.repeat(32)} ${'cd'.repeat(32)}`, 'zz'.repeat(32)]) {
      expect(() => keyIn(text)).toThrow('keys[0].file is');
    }
    rmSync(folder, { recursive: true });
    expect(messageOf(() => keyInGone(file))).toContain('the path of a file that exists');
  });

  const mistakes: [string, (provisioned: Editable) => void, string][] = [
    ['an unknown key', (p) => (p.color = 1), 'provisioned.color is not a known key'],
    ['a key that is too short', (p) => (p.keys[0].octets = 'ab'), 'provisioned.keys[0].octets'],
    ['a key and a file', (p) => (p.keys[0].file = 'x'), 'no file where the octets are given'],
    ['an id twice', (p) => (p.keys[1].id = 200), 'names key 200 twice'],
    ['a key twice', (p) => (p.keys[1].octets = p.keys[0].octets), 'holds one key as 200 and 201'],
    ['a master key for frames', (p) => (p.peers[0].send.keyId = 5), 'send.keyId is 5'],
    ['an SPI of a handshake', (p) => (p.peers[0].send.spi = 256), 'send.spi is 256'],
    ['an SPI of zero', (p) => (p.peers[0].send.spi = 0), 'send.spi is 0'],
    ['an SPI twice', (p) => (p.peers[0].send.spi = 7), 'has the SPI of another'],
    ['a key for both ways', (p) => (p.peers[0].send.keyId = 200), 'which another association uses'],
    ['a key that is missing', (p) => p.keys.pop(), 'which is not in provisioned.keys'],
    ['a start of another width', (p) => (p.peers[0].send.start = '00'), 'send.start is "00"'],
    ['a mask that nobody knows', (p) => (p.peers[0].mask = 'none'), 'one of header, book'],
    ['a window that lets nothing in', (p) => (p.peers[0].windowWidth = 0), 'windowWidth is 0'],
    ['a neighbour twice', (p) => p.peers.push(p.peers[0]), 'names node 102 twice'],
    ['a neighbour that is nowhere', (p) => (p.peers[0].node = 103), 'names node 103'],
    ['itself for a neighbour', (p) => (p.peers[0].node = 101), 'names node 101'],
  ];

  it.each(mistakes)('is refused with %s', (_, spoil, words) => {
    const text = messageOf(() => parseNodeConfig(sampleWith(spoil)));
    expect(text).toContain(words);
    expect(text).not.toMatch(/c8c8c8|c9c9c9/);
  });

  function keyInGone(file: string): void {
    parseNodeConfig(
      sampleWith(({ keys }) => {
        keys[0] = { id: 200, file };
      }),
    );
  }
});

// biome-ignore lint/suspicious/noExplicitAny: what a person writes may be anything.
type Editable = any;

function sampleWith(edit: (provisioned: Editable) => void): NodeConfig {
  const provisioned = {
    keys: [
      { id: 200, octets: 'c8'.repeat(32) },
      { id: 201, octets: 'c9'.repeat(32) },
    ],
    peers: [
      {
        node: 102,
        send: { spi: 8, keyId: 201 },
        receive: { spi: 7, keyId: 200 },
        mask: 'header',
      },
    ],
  };
  edit(provisioned);
  return { ...sampleConfig(), provisioned } as NodeConfig;
}

function messageOf(action: () => void): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return formatConfigError(error);
    throw error;
  }
  throw new Error('it was taken');
}
