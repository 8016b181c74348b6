/**
 * A queue of things that happen at an instant, soonest first; of equals, the one added first.
 * Serves virtual time and the real-time delay line alike. A binary heap over two number arrays,
 * so an event costs no object of its own.
 */
import type { Instant } from '#protocol/machine.ts';

/** Bounded by its users: the virtual fleet by its alarms, the delay line by the channel's rate. */
export class EventQueue<Event> {
  readonly #at: Instant[] = [];
  readonly #order: number[] = [];
  readonly #events: Event[] = [];
  #added = 0;

  get size(): number {
    return this.#at.length;
  }

  /** The instant of the soonest event, or undefined when empty. */
  nextAt(): Instant | undefined {
    return this.#at[0];
  }

  /** Adds an event. */
  add(at: Instant, event: Event): void {
    let hole = this.#at.length;
    const order = this.#added++;
    this.#at.push(at);
    this.#order.push(order);
    this.#events.push(event);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if ((this.#at[parent] as number) <= at) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#put(hole, at, order, event);
  }

  /** Removes and returns the soonest event; undefined when empty. */
  take(): Event | undefined {
    const first = this.#events[0];
    const at = this.#at.pop();
    const order = this.#order.pop();
    const event = this.#events.pop();
    if (at === undefined || order === undefined || this.#at.length === 0) return first;
    this.#sink(at, order, event as Event);
    return first;
  }

  #sink(at: Instant, order: number, event: Event): void {
    const size = this.#at.length;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#sooner(child + 1, child)) child++;
      const childAt = this.#at[child] as number;
      if (childAt > at || (childAt === at && (this.#order[child] as number) > order)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#put(hole, at, order, event);
  }

  #sooner(a: number, b: number): boolean {
    const [atA, atB] = [this.#at[a] as number, this.#at[b] as number];
    return atA < atB || (atA === atB && (this.#order[a] as number) < (this.#order[b] as number));
  }

  #move(from: number, to: number): void {
    this.#at[to] = this.#at[from] as number;
    this.#order[to] = this.#order[from] as number;
    this.#events[to] = this.#events[from] as Event;
  }

  #put(index: number, at: Instant, order: number, event: Event): void {
    this.#at[index] = at;
    this.#order[index] = order;
    this.#events[index] = event;
  }
}
