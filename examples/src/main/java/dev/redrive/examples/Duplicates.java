// SPDX-License-Identifier: Apache-2.0

package dev.redrive.examples;

import dev.redrive.Codec;
import dev.redrive.Event;
import dev.redrive.Idempotency;
import dev.redrive.IdempotencyKey;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.ResultHandler;
import dev.redrive.core.Engine;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** An order that is sent twice is charged once. */
class Duplicates {
  public static void main(String[] args) throws InterruptedException {
    CountDownLatch recognised = new CountDownLatch(1);
    try (Redrive redrive = Engine.open("embedded:./data")) {
      // snippet: idempotency
      Queue<String> orders =
          redrive.queue(
              QueueOptions.builder("orders", Codec.text())
                  .idempotency(
                      Idempotency.in(redrive.idempotencyStore())
                          .key(IdempotencyKey.header("order-number"))
                          .ttl(Duration.ofDays(7)))
                  .build());
      // end
      redrive.listen(
          event -> {
            if (event instanceof Event.Recognised again) {
              String receipt = new String(again.result(), StandardCharsets.UTF_8);
              System.out.println(again.id() + " was done before: " + receipt);
              recognised.countDown();
            }
          });
      // snippet: result
      ResultHandler<String> charge =
          message -> {
            System.out.println("charging for " + message.payload());
            return "receipt 4711".getBytes(StandardCharsets.UTF_8); // kept for the duplicates
          };
      orders.handle(charge);
      // end
      for (int i = 0; i < 2; i++) {
        orders
            .send(Outgoing.of("a kettle").header("order-number", "17"))
            .toCompletableFuture()
            .join();
      }
      recognised.await();
    }
  }
}
