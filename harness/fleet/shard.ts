/**
 * The nodes that share one process, through all lives of that process: they are created at
 * addresses that the system chooses, and after each death at the same ones again.
 */
import type { TerminalAddress } from '#node/ports.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { BoundMember, HostCommand, HostReport } from './control.ts';
import type { Member } from './fleet.ts';
import { type HostExit, HostProcess } from './host-process.ts';

/** What a shard tells its fleet. */
export interface ShardOwner {
  report(shard: Shard, report: HostReport): void;
  /** Its process has ended, and not by `kill`. */
  died(shard: Shard, exit: HostExit): void;
}

/** One process after the other; the first starts at once. */
export class Shard {
  readonly members: readonly Member[];
  /** Where its transit probe listens; undefined until it has been bound. */
  probe: TerminalAddress | undefined;
  /** Resolves when the first process has its sockets, or never will. */
  readonly settled: Promise<void>;
  readonly #owner: ShardOwner;
  readonly #command: Extract<HostCommand, { readonly kind: 'create' }>;
  readonly #addresses = new Map<NodeNumber, readonly TerminalAddress[]>();
  #settle: () => void = () => {};
  #host: HostProcess;
  /** Why the nodes cannot be, as the process has said. */
  #refusal: string | undefined;
  #state: 'alive' | 'killed' | 'dead' = 'alive';

  /** `bind` is where the members' terminals and the probe shall listen, port 0 for anywhere. */
  constructor(
    members: readonly Member[],
    bind: { readonly terminals: BoundMember['bind'][]; readonly probe: TerminalAddress },
    owner: ShardOwner,
  ) {
    this.members = members;
    this.#owner = owner;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    // The plan travels once a process, not once a node.
    const bound = members.map(({ plan: _, ...member }, index) => {
      return { member, bind: bind.terminals[index] ?? [] };
    });
    const plan = members[0]?.plan ?? { contacts: [], ranges: [] };
    const { probe } = bind;
    this.#command = { kind: 'create', members: bound, probe, plan, returns: false };
    this.#host = this.#launch(this.#command);
  }

  /** Of its process; undefined when that is gone or was never there. */
  get pid(): number | undefined {
    return this.#state === 'alive' ? this.#host.pid : undefined;
  }

  /** Whether the system has started a process at all. */
  get wasBorn(): boolean {
    return this.#host.pid !== undefined;
  }

  /** Where a node's terminals listen; undefined until they do. */
  addressesOf(node: NodeNumber): readonly TerminalAddress[] | undefined {
    return this.#addresses.get(node);
  }

  /** Resolves when the process has ended. */
  get exited(): Promise<HostExit> {
    return this.#host.exited;
  }

  /** Sends a command; one that comes too late for a dead process is dropped. */
  command(command: HostCommand): void {
    this.#host.command(command);
  }

  /** Ends the process whatever it is doing; false when there is none. */
  kill(): boolean {
    if (this.#state !== 'alive') return false;
    this.#state = 'killed';
    this.#host.kill();
    return true;
  }

  /** Starts another process in the place of one that was killed and has ended. */
  restart(): void {
    if (this.#state !== 'killed' || this.probe === undefined) return;
    this.#state = 'alive';
    const members = this.#command.members.map(({ member, bind }) => {
      return { member, bind: this.#addresses.get(member.node) ?? bind };
    });
    const { probe } = this;
    this.#host = this.#launch({ ...this.#command, members, probe, returns: true });
  }

  #launch(command: HostCommand): HostProcess {
    const host = new HostProcess((report) => this.#onReport(report));
    void host.exited.then((exit) => this.#onExit(host, exit));
    host.command(command);
    return host;
  }

  #onReport(report: HostReport): void {
    if (report.kind === 'bound') {
      this.probe = report.probe;
      for (const [node, addresses] of report.addresses) this.#addresses.set(node, addresses);
    }
    if (report.kind === 'refused') this.#refusal = `${report.message}. ${report.remedy}.`;
    this.#owner.report(this, report);
    if (report.kind === 'bound') this.#settle();
  }

  #onExit(host: HostProcess, exit: HostExit): void {
    if (host !== this.#host) return;
    const killed = this.#state === 'killed';
    if (!killed) this.#state = 'dead';
    this.#settle();
    const { lastWords } = exit;
    if (!killed) this.#owner.died(this, { ...exit, lastWords: this.#refusal ?? lastWords });
  }
}
