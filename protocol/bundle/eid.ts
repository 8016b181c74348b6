/** Endpoint IDs (RFC 9171 §4.2.5, RFC 9758). Contract; codec below. */

/** An ipn endpoint. `items` keeps the received form, 2 or 3 elements, so it can leave as it came. */
export interface IpnEid {
  readonly scheme: 'ipn';
  readonly allocator: number;
  readonly node: number;
  readonly service: number;
  readonly items: 2 | 3;
}

/** A dtn endpoint; `ssp` is `none` or starts with `//`. */
export interface DtnEid {
  readonly scheme: 'dtn';
  readonly ssp: string;
}

export type Eid = IpnEid | DtnEid;
