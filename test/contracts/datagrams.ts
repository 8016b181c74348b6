/** What every Datagrams port must do, over sockets or over the ether. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Datagram, Datagrams, TerminalAddress } from '#node/ports.ts';

/** The terminals of one node, as the suite needs them. */
export interface DatagramsUnderTest {
  readonly datagrams: Datagrams;
  /** Where each terminal listens. */
  readonly addresses: readonly TerminalAddress[];
  close(): void;
}

/** Runs the suite; `open` gives a node's terminals on a medium that all of one test share. */
export function datagramsContract(
  name: string,
  open: (terminals: number) => Promise<DatagramsUnderTest>,
  /** Resolves when what was sent has arrived. */
  settle: () => Promise<void>,
): void {
  describe(`${name} as terminals`, () => {
    const opened: DatagramsUnderTest[] = [];
    afterEach(() => {
      for (const each of opened.splice(0)) each.close();
    });

    it('carry datagrams both ways between terminals that look at each other', async () => {
      const [a, b] = await facing();
      a.datagrams.send({ terminal: 0, octets: Uint8Array.of(1, 2) });
      b.datagrams.send({ terminal: 0, octets: Uint8Array.of(3) });
      await settle();
      expect(b.heard).toEqual([{ terminal: 0, octets: Uint8Array.of(1, 2) }]);
      expect(a.heard).toEqual([{ terminal: 0, octets: Uint8Array.of(3) }]);
    });

    it('keep the order and the borders of datagrams', async () => {
      const [a, b] = await facing();
      for (let i = 0; i < 50; i++) {
        a.datagrams.send({ terminal: 0, octets: new Uint8Array(i * 20).fill(i) });
      }
      await settle();
      expect(b.heard.map(({ octets }) => octets.length)).toEqual(
        Array.from({ length: 50 }, (_, i) => i * 20),
      );
    });

    it('carry the largest datagram they promise', async () => {
      const [a, b] = await facing();
      a.datagrams.send({ terminal: 0, octets: new Uint8Array(a.datagrams.sizeMax).fill(9) });
      await settle();
      expect(b.heard[0]?.octets).toHaveLength(a.datagrams.sizeMax);
      expect(b.heard[0]?.octets.at(-1)).toBe(9);
    });

    it('tell terminals of one node apart', async () => {
      const [a, b] = [await listening(2), await listening(2)];
      a.datagrams.point(1, b.addresses[0]);
      b.datagrams.point(0, a.addresses[1]);
      a.datagrams.send({ terminal: 1, octets: Uint8Array.of(1) });
      b.datagrams.send({ terminal: 0, octets: Uint8Array.of(2) });
      await settle();
      expect(b.heard).toEqual([{ terminal: 0, octets: Uint8Array.of(1) }]);
      expect(a.heard).toEqual([{ terminal: 1, octets: Uint8Array.of(2) }]);
    });

    it('hear nobody while they look at nobody', async () => {
      const [a, b] = [await listening(1), await listening(1)];
      a.datagrams.point(0, b.addresses[0]);
      a.datagrams.send({ terminal: 0, octets: Uint8Array.of(1) });
      await settle();
      expect(b.heard).toEqual([]);
    });

    it('hear nobody but the one they look at', async () => {
      const [a, b] = await facing();
      const stranger = await listening(1);
      stranger.datagrams.point(0, b.addresses[0]);
      stranger.datagrams.send({ terminal: 0, octets: Uint8Array.of(66) });
      a.datagrams.send({ terminal: 0, octets: Uint8Array.of(1) });
      await settle();
      expect(b.heard).toEqual([{ terminal: 0, octets: Uint8Array.of(1) }]);
    });

    it('lose what is sent while pointing nowhere, without a word', async () => {
      const [a, b] = await facing();
      a.datagrams.point(0, undefined);
      a.datagrams.send({ terminal: 0, octets: Uint8Array.of(1) });
      await settle();
      expect(b.heard).toEqual([]);
    });

    it('follow when they are pointed elsewhere', async () => {
      const [a, b] = await facing();
      const other = await listening(1);
      other.datagrams.point(0, a.addresses[0]);
      a.datagrams.point(0, other.addresses[0]);
      a.datagrams.send({ terminal: 0, octets: Uint8Array.of(5) });
      await settle();
      expect(b.heard).toEqual([]);
      expect(other.heard).toEqual([{ terminal: 0, octets: Uint8Array.of(5) }]);
    });

    async function facing() {
      const [a, b] = [await listening(1), await listening(1)];
      a.datagrams.point(0, b.addresses[0]);
      b.datagrams.point(0, a.addresses[0]);
      return [a, b] as const;
    }

    async function listening(terminals: number) {
      const { datagrams, addresses, close } = await open(terminals);
      opened.push({ datagrams, addresses, close });
      const heard: Datagram[] = [];
      datagrams.received$.subscribe(({ terminal, octets }) =>
        heard.push({ terminal, octets: Uint8Array.from(octets) }),
      );
      return { datagrams, addresses, heard };
    }
  });
}
