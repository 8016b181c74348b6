/**
 * Reads a JSON value that a person wrote, field by field, and knows the path to every place, so
 * that a mistake is told with its name: `plan.contacts[2].rateBps is "fast"`.
 */
import { ConfigError } from './config-error.ts';

/** One place in a JSON value. Every reader returns a fresh, checked value or throws ConfigError. */
export class JsonCursor {
  readonly #value: unknown;
  readonly #path: string;
  readonly #secret: boolean;

  /** `path` names the value in messages; the root has an empty one. */
  constructor(value: unknown, path = '', secret = false) {
    this.#value = value;
    this.#path = path;
    this.#secret = secret;
  }

  /** The same place, of which no message shows the value, nor that of any place inside it. */
  get secret(): JsonCursor {
    return new JsonCursor(this.#value, this.#path, true);
  }

  /** Whether anything is written here. */
  get present(): boolean {
    return this.#value !== undefined;
  }

  /** Whether this very word or number is written here. */
  is(value: string | number): boolean {
    return this.#value === value;
  }

  /** Demands an object with no keys but these; whether they are all there shows in reading them. */
  object(keys: readonly string[]): this {
    const unknown = Object.keys(this.#record()).find((key) => !keys.includes(key));
    if (unknown !== undefined) {
      throw new ConfigError(`${this.#in(unknown)} is not a known key`, {
        expected: keys.join(', '),
        remedy: `Remove ${this.#in(unknown)} or correct its spelling`,
      });
    }
    return this;
  }

  /** The value of a key of this object. */
  at(key: string): JsonCursor {
    return new JsonCursor(this.#record()[key], this.#in(key), this.#secret);
  }

  /** A list of at most `countMax` items, each read by `read`. */
  list<Item>(countMax: number, read: (item: JsonCursor) => Item): Item[] {
    const items = this.#value;
    if (!Array.isArray(items)) throw this.mistake('a list');
    if (items.length > countMax) throw this.mistake(`a list of at most ${countMax} items`);
    return items.map((item, index) =>
      read(new JsonCursor(item, `${this.#path}[${index}]`, this.#secret)),
    );
  }

  /** A whole number between two bounds, both inclusive. */
  integer(min: number, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#value;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
      return value;
    }
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    throw this.mistake(`a whole number ${range}`);
  }

  /** A number between two bounds, both inclusive. */
  number(min: number, max: number): number {
    const value = this.#value;
    if (typeof value === 'number' && value >= min && value <= max) return value;
    throw this.mistake(`a number from ${min} to ${max}`);
  }

  text(): string {
    if (typeof this.#value === 'string' && this.#value !== '') return this.#value;
    throw this.mistake('a text');
  }

  boolean(): boolean {
    if (typeof this.#value === 'boolean') return this.#value;
    throw this.mistake('true or false');
  }

  /** One of the given words or numbers. */
  oneOf<const Choice extends string | number>(choices: readonly Choice[]): Choice {
    const choice = choices.find((candidate) => candidate === this.#value);
    if (choice === undefined) throw this.mistake(`one of ${choices.join(', ')}`);
    return choice;
  }

  /** Hexadecimal of `octetsMin` to `octetsMax` octets, in lower case. */
  hex(octetsMin: number, octetsMax: number): string {
    const value = this.#value;
    const octets = typeof value === 'string' ? value.length / 2 : 0;
    if (octets >= octetsMin && octets <= octetsMax && /^([0-9a-f]{2})+$/i.test(value as string)) {
      return (value as string).toLowerCase();
    }
    const count = octetsMin === octetsMax ? `${octetsMin}` : `${octetsMin} to ${octetsMax}`;
    throw this.mistake(`${count} octets in hexadecimal`);
  }

  /** The error that says what is here, unless that is secret, and what should be. */
  mistake(expected: string): ConfigError {
    const place = this.#path === '' ? 'the configuration' : this.#path;
    const told = this.#secret ? 'not right' : JSON.stringify(this.#value)?.slice(0, SHOWN_MAX);
    return new ConfigError(`${place} is ${this.present ? told : 'missing'}`, {
      expected,
      remedy: `${this.present ? 'Correct' : 'Add'} ${place}`,
    });
  }

  #record(): Record<string, unknown> {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.mistake('an object');
    }
    return value as Record<string, unknown>;
  }

  #in(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }
}

const SHOWN_MAX = 60;
