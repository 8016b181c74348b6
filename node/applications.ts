/**
 * The applications of one node: the services that its configuration gives it, and those that come
 * and go while it runs.
 */
import { AsyncSubject, type Observable } from 'rxjs';
import type { AgentOutput, BundleAgent, SendRequest } from '#protocol/agent/agent.ts';
import { type Deadline, type Instant, sooner } from '#protocol/machine.ts';
import { Application, type SendOutcome } from './application.ts';
import { ConfigError } from './config-error.ts';
import type { Delivery, Service } from './service.ts';
import { IPN_NUMBER_MAX } from './services-config.ts';

/** What is asked of the node from outside a step, to be done in one. */
export type ApplicationCommand =
  | { readonly request: SendRequest; readonly answer: AsyncSubject<SendOutcome> }
  | { readonly service: number; readonly active: boolean };

/** Between the services and the agent. */
export class Applications {
  readonly #agent: BundleAgent;
  readonly #accept: (command: ApplicationCommand) => void;
  /** By number. Bounded by those who register. */
  readonly #services: Map<number, Service>;
  /** Those of them that are away by their own account. */
  readonly #away = new Set<Service>();
  /** By the id of the bundle. Bounded by what the store has been asked to keep. */
  readonly #asked = new Map<string, AsyncSubject<SendOutcome>>();
  /** For numbers without an application. Bounded by what the store was noting when they left. */
  readonly #backlogs = new Map<number, Delivery[]>();

  /** `accept` takes a command, and has `take` do it now or soon. */
  constructor(
    services: readonly Service[],
    agent: BundleAgent,
    accept: (command: ApplicationCommand) => void,
  ) {
    this.#services = new Map(services.map((service) => [service.service, service]));
    this.#agent = agent;
    this.#accept = accept;
  }

  /** All of them. */
  get all(): readonly Service[] {
    return [...this.#services.values()];
  }

  /** The agent delivers to those that are there from the start. */
  start(now: Instant): void {
    for (const service of this.#services.values()) {
      service.tick(now);
      if (service.present === false) this.#away.add(service);
      else this.#agent.register(now, service.service);
    }
  }

  /** The node ends, and with it all who wait for it. */
  end(): void {
    for (const answer of this.#asked.values()) answer.complete();
    for (const service of this.#services.values()) {
      if (service instanceof Application) service.end();
    }
  }

  /** A new application; throws ConfigError when the number is taken or is none. */
  register(service: number): Application {
    const isNumber = Number.isInteger(service) && service >= 1 && service <= IPN_NUMBER_MAX;
    if (!isNumber || this.#services.has(service)) {
      throw new ConfigError(`service ${service} ${isNumber ? 'is taken' : 'cannot be'}`, {
        expected: `a whole number from 1 to ${IPN_NUMBER_MAX} that no service of the node has`,
        remedy: 'Register another number',
      });
    }
    const backlog = this.#backlogs.get(service) ?? [];
    this.#backlogs.delete(service);
    const application = new Application(service, backlog, {
      send: (request) => this.send(request),
      listen: (active) => this.#accept({ service, active }),
      leave: () => {
        this.#services.delete(service);
        if (backlog.length > 0) this.#backlogs.set(service, backlog);
      },
    });
    this.#services.set(service, application);
    return application;
  }

  /** Has a request seen to; the outcome is one value, or none if the node ends before. */
  send(request: SendRequest): Observable<SendOutcome> {
    const answer = new AsyncSubject<SendOutcome>();
    this.#accept({ request, answer });
    return answer.asObservable();
  }

  /** Does what was asked. */
  take(now: Instant, command: ApplicationCommand): void {
    if ('request' in command) {
      this.#asked.set(this.#agent.originate(now, command.request), command.answer);
    } else if (command.active) this.#agent.register(now, command.service);
    else this.#agent.unregister(now, command.service);
  }

  /** Gives a service what has come for it. */
  deliver(now: Instant, output: Extract<AgentOutput, { readonly kind: 'deliver' }>): void {
    const service = this.#services.get(output.service);
    if (service !== undefined) service.receive(now, output);
    else this.#backlogOf(output.service).push(output);
  }

  /** Tells who asked what became of the request. */
  hear(output: AgentOutput): void {
    if (output.kind !== 'accepted' && output.kind !== 'refused') return;
    const answer = this.#asked.get(output.id);
    if (answer === undefined) return;
    this.#asked.delete(output.id);
    const { kind, id } = output;
    answer.next(kind === 'accepted' ? { kind, id } : { kind, reason: output.reason });
    answer.complete();
  }

  /** Lets a service send what it wants to; false when none does. */
  turn(now: Instant): boolean {
    for (const service of this.#services.values()) {
      const request = service.poll();
      if (request === undefined) continue;
      this.#agent.originate(now, request);
      return true;
    }
    return false;
  }

  tick(now: Instant): void {
    for (const service of this.#services.values()) {
      service.tick(now);
      if (service.present === false) {
        if (!this.#away.has(service)) this.#agent.unregister(now, service.service);
        this.#away.add(service);
      } else if (this.#away.delete(service)) this.#agent.register(now, service.service);
    }
  }

  deadline(): Deadline | undefined {
    let soonest: Deadline | undefined;
    for (const service of this.#services.values()) soonest = sooner(soonest, service.deadline());
    return soonest;
  }

  #backlogOf(service: number): Delivery[] {
    const backlog = this.#backlogs.get(service) ?? [];
    this.#backlogs.set(service, backlog);
    return backlog;
  }
}
