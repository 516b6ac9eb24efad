// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.demo;

import dev.redrive.cli.demo.Parcel.Trouble;
import dev.redrive.cli.http.Api;
import java.util.List;
import java.util.SplittableRandom;

/** Makes what a shop has to tell: orders, payments, invoices. The same each time. */
final class Shop {
  static final String ORDERS = "orders";
  static final String PAYMENTS = "payments";
  static final String INVOICES = "invoices";
  static final List<String> QUEUES = List.of(ORDERS, PAYMENTS, INVOICES);

  private static final long SEED = 17;
  private static final List<String> CUSTOMERS =
      List.of("Ada Byron", "Grace Murray", "José Álvarez", "Chiyo Tanaka", "Zoë Müller", "Olu Ade");
  private static final List<String> GOODS =
      List.of("desk lamp", "tea, 500 g", "walking boots", "fountain pen", "bicycle bell");
  private static final int BUG_EVERY = 4;
  private static final int NONSENSE_EVERY = 17;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private int orders = 1_000;
  private int payments = 5_000;
  private int invoices = 9_000;

  Parcel order() {
    orders++;
    String body =
        Api.object()
            .put("order", orders)
            .put("customer", any(CUSTOMERS))
            .put("item", any(GOODS))
            .put("count", random.nextInt(1, 5))
            .put("cents", random.nextInt(500, 20_000))
            .toString();
    return new Parcel("order-" + orders, ORDERS, body, orderTrouble());
  }

  private Trouble orderTrouble() {
    int dice = random.nextInt(100);
    if (dice < 12) {
      return Trouble.HICCUP;
    }
    if (dice < 16) {
      return Trouble.STUBBORN;
    }
    return dice < 20 ? Trouble.BUSY : Trouble.NONE;
  }

  Parcel payment() {
    payments++;
    String body =
        Api.object()
            .put("payment", payments)
            .put("payer", any(CUSTOMERS))
            .put("cents", random.nextInt(500, 20_000))
            .put("currency", "EUR")
            .toString();
    return new Parcel("payment-" + payments, PAYMENTS, body, Trouble.NONE);
  }

  Parcel invoice() {
    invoices++;
    Trouble trouble =
        invoices % NONSENSE_EVERY == 0
            ? Trouble.NONSENSE
            : invoices % BUG_EVERY == 0 ? Trouble.BUG : Trouble.NONE;
    String body =
        Api.object()
            .put("invoice", invoices)
            .put("customer", any(CUSTOMERS))
            .put("taxId", trouble == Trouble.BUG ? "" : "DE" + random.nextInt(10_000, 99_999))
            .put("cents", trouble == Trouble.NONSENSE ? -1 : random.nextInt(500, 20_000))
            .toString();
    return new Parcel("invoice-" + invoices, INVOICES, body, trouble);
  }

  private String any(List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
