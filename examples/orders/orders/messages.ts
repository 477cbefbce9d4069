/** The service's language: three commands, two queries, three events; and two messages that no one handles. */

export class PlaceOrder {
  constructor(
    readonly orderId: string,
    readonly customerId: string,
    readonly cents: number,
    readonly email: string,
  ) {}
}

export class PayOrder {
  constructor(readonly orderId: string) {}
}

export class CancelOrder {
  constructor(
    readonly orderId: string,
    readonly reason: string,
  ) {}
}

export class GetOrder {
  constructor(readonly orderId: string) {}
}

export class ListOrders {
  constructor(readonly customerId: string) {}
}

/** Without a handler, for the fault of that kind. */
export class ArchiveOrder {
  constructor(readonly orderId: string) {}
}

/** Without a handler, for the fault of that kind. */
export class GetInvoice {
  constructor(readonly orderId: string) {}
}

export class OrderPlaced {
  constructor(
    readonly orderId: string,
    readonly customerId: string,
    readonly cents: number,
  ) {}
}

export class OrderPaid {
  constructor(
    readonly orderId: string,
    readonly cents: number,
  ) {}
}

export class OrderCancelled {
  constructor(
    readonly orderId: string,
    readonly reason: string,
  ) {}
}
